using System.Text;
using System.Text.Json;
using Imagen4.Core.Text;

namespace Imagen4.Core.Providers;

/// <summary>Reads a file that a user may have written by hand.</summary>
internal static class SettingsFile
{
    /// <summary>The JSON in a file; editors put a byte order mark in front of it, which JSON does not have.</summary>
    public static ReadOnlySpan<byte> Read(string path)
    {
        OwnFile.RequireOwn(path);

        // To open a pipe would be to wait for whoever writes to it; its length is 0, as an empty file's is.
        if (new FileInfo(path) is { Exists: true, Length: 0 })
        {
            throw new JsonException(message: null, path: null, lineNumber: 0, bytePositionInLine: 0);
        }

        // Another process may put a new file in its place meanwhile.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var all = new byte[file.Length];
        file.ReadExactly(all);
        ReadOnlySpan<byte> bytes = all;
        return bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
    }

    /// <summary>The error for a file that cannot be read, with the command that mends it where there is one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="error">Why not.</param>
    public static InvalidInputException Unreadable(string path, Exception error) => error switch
    {
        UntrustedStateException untrusted => new InvalidInputException(untrusted.Message, untrusted) { NextCommand = untrusted.Command },
        JsonException { LineNumber: { } line } json => new InvalidInputException(
            Messages.SettingsUnreadable.With(path, Messages.SettingsMalformed.With(line + 1, json.Path is null or "$" ? "" : $" ({json.Path})")), error),
        _ => new InvalidInputException(Messages.SettingsUnreadable.With(path, error.Message), error),
    };
}

/// <summary>
/// Keeps the other processes of the user from changing the settings while one does. The system frees the lock of a process that
/// ends in whatever way. The file stays: who deletes a lock that others wait for lets two of them in.
/// </summary>
internal sealed class SettingsLock : IDisposable
{
    /// <summary>The name of the file, beside the settings.</summary>
    public const string FileName = "settings.lock";

    // A change takes milliseconds; a process that is held up in one may be held up for good.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);

    private readonly FileStream _file;

    private SettingsLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, waiting while another process has it.</summary>
    /// <exception cref="InvalidInputException">Another process keeps it.</exception>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written to.</exception>
    public static async Task<SettingsLock> TakeAsync(TimeProvider time, CancellationToken cancellation)
    {
        StateFolder.Create();
        var path = Path.Combine(StateFolder.Path, FileName);
        for (var began = time.GetTimestamp(); ;)
        {
            try
            {
                return new SettingsLock(OwnFile.Open(path, FileMode.OpenOrCreate));
            }
            catch (IOException error) when (IsTaken(error) && time.GetElapsedTime(began) >= Longest)
            {
                throw new InvalidInputException(Messages.SettingsBusy.With(UserSettings.FilePath, path, (int)Longest.TotalSeconds), error);
            }
            catch (IOException error) when (IsTaken(error))
            {
                await Task.Delay(Pause, time, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // A file that another process has locked: EAGAIN on Linux, EWOULDBLOCK on macOS, a sharing violation on Windows.
    private static bool IsTaken(IOException error) => error.HResult is 11 or 35 or unchecked((int)0x80070020);
}
