using System.Globalization;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Ledger.Sqlite;

/// <summary>A lock file for each process that works on a ledger of this machine: its process lives as long as it holds it.</summary>
/// <param name="folder">The folder of the lock files.</param>
internal sealed class SqliteOwnerLocks(string folder)
{
    private readonly Lock _changing = new();
    private FileStream? _lock;

    /// <summary>Whether this process holds no lock, or its file is still there.</summary>
    public bool IsThere
    {
        get
        {
            lock (_changing)
            {
                return _lock is null || File.Exists(_lock.Name);
            }
        }
    }

    /// <summary>Closes the lock of this process and does not remove it: by now the name may be another process's.</summary>
    public void Drop()
    {
        lock (_changing)
        {
            _lock?.Dispose();
            _lock = null;
        }
    }

    /// <summary>
    /// The locks of processes that have ended, with their owners' numbers. One that has just been created may not be held yet.
    /// </summary>
    /// <param name="before">When they have to have been created.</param>
    public IEnumerable<(string Path, long Owner)> Left(DateTimeOffset before)
    {
        foreach (var path in Directory.Exists(folder) ? Directory.GetFiles(folder, "*.lock") : [])
        {
            if (long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var owner)
                && File.GetLastWriteTimeUtc(path) < before && !IsAlive(owner))
            {
                yield return (path, owner);
            }
        }
    }

    /// <summary>Removes a file, where that can be done.</summary>
    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nobody holds it, and that is what it says.
        }
    }

    /// <summary>Takes the lock of this process.</summary>
    /// <exception cref="IOException">It cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be created.</exception>
    /// <exception cref="LedgerUnavailableException">Locks do not work there.</exception>
    public async Task HoldAsync(long owner)
    {
        var path = LockPath(owner);
        OwnFile.CreateFolder(folder);

        // Where others can put a link, it would be what is opened.
        OwnFile.RequireOwn(path);
        var file = OwnFile.Open(path, FileMode.OpenOrCreate);

        // Where locks are switched off, or the file system has none, everybody would take everybody else for dead.
        if (!IsAlive(owner))
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw new LedgerUnavailableException(Messages.LedgerWithoutLocks.With(path));
        }

        lock (_changing)
        {
            _lock = file;
        }
    }

    /// <summary>Whether an owner's process is still running.</summary>
    public bool IsAlive(long owner)
    {
        try
        {
            using var file = Look(owner);
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

    /// <summary>The lock of an owner whose process may or may not be running, because this user may not open it; else null.</summary>
    public string? UnreadableLock(long owner)
    {
        try
        {
            using var file = Look(owner);
            return null;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return LockPath(owner);
        }
    }

    /// <summary>Gives up the lock of this process.</summary>
    public void LetGo()
    {
        FileStream? file;
        lock (_changing)
        {
            (file, _lock) = (_lock, null);
        }

        if (file is not null)
        {
            file.Dispose();
            Remove(file.Name);
        }
    }

    // To read is enough, so that another user's lock tells as much; a shared lock does not go with the holder's, which is his alone.
    // On Windows its holder can remove it even while somebody looks.
    private FileStream Look(long owner) =>
        new(LockPath(owner), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);

    private string LockPath(long owner) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{owner}.lock"));
}
