using System.Runtime.InteropServices;
using Imagen4.Core.Providers;

namespace Imagen4.Core.Media;

/// <summary>
/// Gives a file a name only where nothing has that name, in one step of the system. On Unix, File.Move without overwriting looks
/// first and renames then: of two files that arrive together, the second replaces the first.
/// </summary>
internal static class ExclusiveRename
{
    // The same number on Linux and on macOS.
    private const int Exists = 17;

    private const int CurrentDirectory = -100;
    private const uint LinuxNoReplace = 1;
    private const uint AppleExclusive = 4;

    /// <summary>
    /// The ways there are, best first. Each says whether the file has its name now (false: something else has it), or null where
    /// this system or file system cannot do it that way.
    /// </summary>
    internal static IReadOnlyList<Func<string, string, bool?>> Ways { get; } =
        OperatingSystem.IsWindows() ? [MoveOnWindows] : [RenameWithoutReplacing, Link, Reserve];

    /// <summary>Renames a file within its file system, waiting for it while another program has it open for a moment.</summary>
    /// <param name="from">The file.</param>
    /// <param name="to">Its new name, in the same folder.</param>
    /// <param name="cancellation">Stops it; the file keeps its old name then.</param>
    /// <returns>False where something has that name; the file keeps its old one.</returns>
    /// <exception cref="IOException">It cannot be renamed.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be renamed.</exception>
    public static Task<bool> TryMoveAsync(string from, string to, CancellationToken cancellation) =>
        BusyFile.RetryAsync(() => TryMove(from, to), TimeProvider.System, cancellation);

    private static bool TryMove(string from, string to)
    {
        bool? isMoved = null;
        foreach (var way in Ways)
        {
            isMoved ??= way(from, to);
        }

        return isMoved ?? false;
    }

    private static bool? MoveOnWindows(string from, string to)
    {
        try
        {
            File.Move(from, to, overwrite: false);
            return true;
        }
        catch (IOException) when (Path.Exists(to))
        {
            return false;
        }
    }

    // A C library without the call, an old kernel, a file system that does not take the flag: the next way finds out what is wrong.
    private static bool? RenameWithoutReplacing(string from, string to)
    {
        try
        {
            return Outcome(OperatingSystem.IsMacOS()
                ? RenameX(from, to, AppleExclusive)
                : RenameAt2(CurrentDirectory, from, CurrentDirectory, to, LinuxNoReplace));
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    private static bool? Link(string from, string to)
    {
        var isLinked = Outcome(Link2(from, to));
        if (isLinked is true)
        {
            File.Delete(from);
        }

        return isLinked;
    }

    // Not the name itself: a file that is not whole must never be seen under it. So other programs are not kept off, only this one's
    // processes. Whoever comes while the reservation stands gets an error that names it.
    private static bool? Reserve(string from, string to)
    {
        var path = Path.Combine(Path.GetDirectoryName(to)!, $".{Path.GetFileName(to)}.reserved");
        using var reservation = new FileStream(
            path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        if (Path.Exists(to))
        {
            return false;
        }

        File.Move(from, to, overwrite: false);
        return true;
    }

    private static bool? Outcome(int returned) => returned == 0 ? true : Marshal.GetLastPInvokeError() == Exists ? false : null;

    [DllImport("libc", EntryPoint = "renameat2", SetLastError = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int RenameAt2(
        int fromDirectory,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string from,
        int toDirectory,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string to,
        uint flags);

    [DllImport("libc", EntryPoint = "renamex_np", SetLastError = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int RenameX(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to, uint flags);

    [DllImport("libc", EntryPoint = "link", SetLastError = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link2([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);
}
