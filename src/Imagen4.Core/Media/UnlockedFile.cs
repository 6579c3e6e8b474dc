using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Imagen4.Core.Media;

/// <summary>
/// Opens files to be read, whoever has locked them. On Unix a lock is advice, and everybody who can read a file can lock it, another user
/// of the machine too; .NET takes it for a file that is in use.
/// </summary>
internal static class UnlockedFile
{
    // EWOULDBLOCK.
    private const int LockedOnLinux = 11;
    private const int LockedOnMac = 35;

    // O_RDONLY, O_NONBLOCK and O_CLOEXEC.
    private const int FlagsOnLinux = 0x800 | 0x80000;
    private const int FlagsOnMac = 0x4 | 0x1000000;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bufferSize">In bytes; 1 for none.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileStream Open(string path, int bufferSize = 1) => new(OpenHandle(path), FileAccess.Read, bufferSize);

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="share">What others may do with it on Windows meanwhile.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static SafeFileHandle OpenHandle(string path, FileShare share = FileShare.ReadWrite | FileShare.Delete)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, share, FileOptions.Asynchronous);
        }
        catch (IOException error) when (error.HResult == (OperatingSystem.IsMacOS() ? LockedOnMac : LockedOnLinux) && !OperatingSystem.IsWindows())
        {
            var descriptor = OpenUnlocked(path, OperatingSystem.IsMacOS() ? FlagsOnMac : FlagsOnLinux);
            return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw new IOException(error.Message, error);
        }
    }

    [DllImport("libc", EntryPoint = "open", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenUnlocked([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
}
