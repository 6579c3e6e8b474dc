using Imagen4.Core.Text;

namespace Imagen4.Core.Providers;

/// <summary>Opens files that are their user's alone from the moment they are created.</summary>
internal static class OwnFile
{
    private const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Opens a file for writing that nobody else may open meanwhile.</summary>
    public static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = ReadWrite;
        }

        return new FileStream(path, options);
    }

    /// <summary>Puts a file into its place, in place of another: whole or not at all, and never to be read by others.</summary>
    /// <param name="path">Its place.</param>
    /// <param name="content">What is in it.</param>
    /// <param name="isDurable">Whether that holds after a power failure too.</param>
    /// <param name="cancellation">Stops it; the file that is there stays.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written.</exception>
    public static async Task ReplaceAsync(string path, byte[] content, bool isDurable, CancellationToken cancellation)
    {
        var draft = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            var file = Open(draft, FileMode.CreateNew);
            await using (file.ConfigureAwait(false))
            {
                await file.WriteAsync(content, cancellation).ConfigureAwait(false);
                file.Flush(flushToDisk: isDurable);
            }

            await BusyFile.ReplaceAsync(draft, path, cancellation).ConfigureAwait(false);
        }
        finally
        {
            await BusyFile.DeleteAsync(draft).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Makes sure that a file is its user's own and nobody else may change it, or put another in its place: what is in it is believed.
    /// </summary>
    /// <param name="path">The file; it need not exist.</param>
    /// <exception cref="UntrustedStateException">Others may; the message has the command that mends it.</exception>
    public static void RequireOwn(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const UnixFileMode Others = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        if (File.Exists(path) && (File.GetUnixFileMode(path) & Others) != 0)
        {
            throw WritableByOthers(path, "600");
        }

        RequireOwner(path);
        RequireOwner(Path.GetDirectoryName(path)!);

        // Shared volumes are often their group's; in a folder with the sticky bit, only its owner can replace a file.
        var folder = Path.GetDirectoryName(path)!;
        if (Directory.Exists(folder) && (File.GetUnixFileMode(folder) & (UnixFileMode.OtherWrite | UnixFileMode.StickyBit)) == UnixFileMode.OtherWrite)
        {
            throw WritableByOthers(folder, "700");
        }
    }

    // What is the system's own is no other user's: nobody who is not trusted anyway can have put it there.
    private static void RequireOwner(string path)
    {
        if (FileOwner.Of(path) is { } owner && owner != 0 && owner != FileOwner.OwnUser)
        {
            var command = $"chown {FileOwner.OwnUser} {CommandText.Quoted(path)}";
            throw new UntrustedStateException(Messages.StateOfOtherUser.With(path, owner, command), command);
        }
    }

    private static UntrustedStateException WritableByOthers(string path, string mode)
    {
        var command = $"chmod {mode} {CommandText.Quoted(path)}";
        return new UntrustedStateException(Messages.StateWritableByOthers.With(path, command), command);
    }

    /// <summary>Creates a folder, and nothing where it is there already.</summary>
    /// <exception cref="IOException">It cannot be created, or a file has its name.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be created.</exception>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, ReadWrite | UnixFileMode.UserExecute);
        }
    }
}

/// <summary>State that another user may have changed: its content would be believed.</summary>
/// <param name="message">What is wrong with it.</param>
/// <param name="command">The command that mends it.</param>
internal sealed class UntrustedStateException(string message, string command) : UnauthorizedAccessException(message)
{
    /// <summary>The command that mends it.</summary>
    public string Command { get; } = command;
}
