namespace Imagen4.Core.Ledger;

/// <summary>
/// Says that a process lives. The system frees the lock of a process that ends in whatever way; only <see cref="FileShare.None"/>
/// keeps a second one out on Linux.
/// </summary>
internal sealed class OwnerLock : IDisposable
{
    private readonly FileStream _file;

    private OwnerLock(string owner, FileStream file) => (Owner, _file) = (owner, file);

    /// <summary>The name of the owner.</summary>
    public string Owner { get; }

    /// <summary>Takes a new name.</summary>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written to.</exception>
    /// <exception cref="LedgerUnavailableException">Files cannot be locked there.</exception>
    public static OwnerLock Take(LedgerFolder folder, TimeProvider time)
    {
        for (var attempt = 0; ; attempt++)
        {
            var owner = OwnerName.New(time);
            try
            {
                var file = new FileStream(folder.OwnerLock(owner), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
                return IsAlive(folder, owner) ? new OwnerLock(owner, file) : throw Unlockable(file);
            }
            catch (IOException) when (attempt < 3 && Directory.Exists(folder.Owners))
            {
                // Somebody who sweeps up had it open between its creation and its lock.
            }
        }
    }

    /// <summary>Whether any process but this one lives.</summary>
    public static bool AnyOther(LedgerFolder folder, string owner) => Directory.EnumerateFiles(folder.Owners)
        .Select(Path.GetFileNameWithoutExtension)
        .Any(other => other != owner && IsAlive(folder, other!));

    /// <summary>Whether the process of that name still lives.</summary>
    public static bool IsAlive(LedgerFolder folder, string owner)
    {
        try
        {
            using var file = Look(folder, owner);
            return false;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>Whether it can be told if the process of that name lives: another user's lock may be closed to this one.</summary>
    public static bool IsReadable(LedgerFolder folder, string owner)
    {
        try
        {
            using var file = Look(folder, owner);
            return true;
        }
        catch (IOException)
        {
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    // To read is enough, so that another user's lock tells as much; a shared lock does not go with the holder's, which is his alone.
    private static FileStream Look(LedgerFolder folder, string owner) =>
        new(folder.OwnerLock(owner), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);

    // Where locks are switched off, or the file system has none, everybody would take everybody else for dead.
    private static LedgerUnavailableException Unlockable(FileStream file)
    {
        file.Dispose();
        return new LedgerUnavailableException(Messages.LedgerWithoutLocks.With(file.Name));
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
