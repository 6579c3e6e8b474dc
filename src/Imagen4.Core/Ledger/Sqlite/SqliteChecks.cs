using Imagen4.Core.Providers;

namespace Imagen4.Core.Ledger.Sqlite;

/// <summary>
/// When the whole file of a ledger is looked at: where that has not been done for a day, or where a process has ended at work. A file
/// beside the locks tells when it was done last.
/// </summary>
/// <param name="folder">The folder of the lock files.</param>
/// <param name="locks">The locks of the owners.</param>
internal sealed class SqliteChecks(string folder, SqliteOwnerLocks locks)
{
    // Long enough not to be felt, short enough that no more than a day's work stands on a damaged page.
    private static readonly TimeSpan CheckAge = TimeSpan.FromDays(1);
    private static readonly TimeSpan LockAge = TimeSpan.FromMinutes(1);

    private readonly string _told = Path.Combine(folder, "checked");

    /// <summary>Whether the ledger was ever checked, and so had requests in it.</summary>
    public bool WasDone => File.Exists(_told);

    /// <summary>Forgets that: what was checked of a ledger that is gone is not true of the next one.</summary>
    public void Forget() => SqliteOwnerLocks.Remove(_told);

    /// <summary>Looks at the whole file where that is due, and removes what ended processes have left.</summary>
    /// <param name="check">Looks at the file.</param>
    /// <param name="hasRequests">Whether an owner has requests left.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task RunAsync(
        Action check, Func<long, CancellationToken, Task<bool>> hasRequests, DateTimeOffset now, CancellationToken cancellation)
    {
        var isDue = !WasDone || now - File.GetLastWriteTimeUtc(_told) is var age && (age > CheckAge || age < TimeSpan.Zero);
        var left = locks.Left(now - LockAge).ToList();
        foreach (var (_, owner) in left)
        {
            isDue = isDue || await hasRequests(owner, cancellation).ConfigureAwait(false);
        }

        if (isDue)
        {
            check();
            OwnFile.CreateFolder(folder);
            OwnFile.RequireOwn(_told);
            await File.WriteAllBytesAsync(_told, [], cancellation).ConfigureAwait(false);
        }

        left.ForEach(one => SqliteOwnerLocks.Remove(one.Path));
    }
}
