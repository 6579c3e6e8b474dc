namespace Imagen4.Core.Providers;

/// <summary>
/// Waits for files that another program has open for a moment. Windows does not let a file be renamed, replaced or removed while
/// somebody reads it without sharing it, as virus scanners do with files that have just been written.
/// </summary>
internal static class BusyFile
{
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int LockViolation = unchecked((int)0x80070021);

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);

    /// <summary>Does something to a file, again and again while the file is busy, for two seconds at most.</summary>
    /// <exception cref="IOException">The file stayed busy, or something else is wrong.</exception>
    /// <exception cref="UnauthorizedAccessException">The file stayed busy, or there is no right to do it.</exception>
    public static async Task<T> RetryAsync<T>(Func<T> work, TimeProvider time, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        for (var pause = FirstPause; ; pause *= 2)
        {
            try
            {
                return work();
            }
            catch (Exception error) when (IsBusy(error) && time.GetElapsedTime(began) < Longest)
            {
                await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Gives a file the name of another, which is replaced.</summary>
    /// <exception cref="IOException">It cannot be renamed.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be renamed.</exception>
    public static Task ReplaceAsync(string from, string to, CancellationToken cancellation) => RetryAsync(
        () =>
        {
            File.Move(from, to, overwrite: true);
            return true;
        },
        TimeProvider.System,
        cancellation);

    /// <summary>Removes a file, where there is one.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be removed.</exception>
    public static Task DeleteAsync(string path) => RetryAsync(
        () =>
        {
            File.Delete(path);
            return true;
        },
        TimeProvider.System,
        CancellationToken.None);

    // Windows denies access where a file that somebody reads is to be replaced, and where its removal has not come to its end.
    // Elsewhere that is about rights, and stays.
    private static bool IsBusy(Exception error) => error switch
    {
        IOException => error.HResult is SharingViolation or LockViolation,
        UnauthorizedAccessException => OperatingSystem.IsWindows(),
        _ => false,
    };
}
