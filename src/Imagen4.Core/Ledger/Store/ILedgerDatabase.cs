using System.Data.Common;

namespace Imagen4.Core.Ledger.Store;

/// <summary>What differs between the databases a ledger can live in.</summary>
internal interface ILedgerDatabase : IAsyncDisposable
{
    /// <summary>Where it is, as a user would name it; without a password.</summary>
    string Location { get; }

    /// <summary>How many may read at the same time: where a look takes its time on the way, several go side by side.</summary>
    int Readers { get; }

    /// <summary>
    /// Waits until no other transaction claims rows, and keeps others from it until this one ends; null where transactions that write
    /// follow each other in any case.
    /// </summary>
    string? LockClaims { get; }

    /// <summary>Selects the version of the tables.</summary>
    string SelectVersion { get; }

    /// <summary>Selects the version of the database's own program or library.</summary>
    string SelectDatabaseVersion { get; }

    /// <summary>Selects how many bytes it takes.</summary>
    string SelectSize { get; }

    /// <summary>Selects what the database finds wrong with its own storage, or "ok"; null where it cannot be asked.</summary>
    string? SelectFaults { get; }

    /// <summary>Opens a connection to a ledger whose tables are there and in the current version.</summary>
    /// <param name="writes">Whether it is going to write; without it, nothing is created.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The connection; null where there is no ledger yet and nothing is to be created.</returns>
    /// <exception cref="LedgerUnavailableException">It cannot be reached, read or created, or is of a newer version.</exception>
    Task<DbConnection?> OpenAsync(bool writes, CancellationToken cancellation);

    /// <summary>
    /// Counts how often the ledger has been found gone: somebody may delete a file that is open. What was opened under another number
    /// is not the ledger any more.
    /// </summary>
    int Incarnation { get; }

    /// <summary>Whether an error of the database may be gone when the same is tried again: its connection broke off, or it was
    /// busy.</summary>
    bool IsTransient(Exception error);

    /// <summary>Whether an error is about what one change wants to write, so that others may still be written.</summary>
    bool IsOfOneChange(Exception error);

    /// <summary>The error a user sees.</summary>
    LedgerUnavailableException Unavailable(Exception error, bool writes);

    /// <summary>Shows that this process is running, until it ends or this is disposed.</summary>
    /// <param name="owner">The owner's number.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">Locks do not work there.</exception>
    Task HoldAsync(long owner, CancellationToken cancellation);

    /// <summary>Whether an owner's process is still running.</summary>
    Task<bool> IsAliveAsync(long owner, CancellationToken cancellation);

    /// <summary>The lock of an owner whose process may or may not be running, because this user may not open it; else null.</summary>
    string? UnreadableLock(long owner);

    /// <summary>Shows no longer that this process is running, so that others may go on with what it could not give back.</summary>
    Task LetGoAsync();

    /// <summary>
    /// Looks once whether the database is whole, where it has not been looked at for a day, or where a process has ended at work.
    /// </summary>
    /// <param name="hasRequests">Whether an owner has requests left.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">It is damaged.</exception>
    Task CheckAsync(Func<long, CancellationToken, Task<bool>> hasRequests, CancellationToken cancellation);

    /// <summary>
    /// Writes the database's log back and gives back its room, where that is this module's matter. It keeps nobody waiting, and throws
    /// nothing: the log may as well stay.
    /// </summary>
    void ShrinkLog();

    /// <summary>Overwrites what has been forgotten, where that is this module's matter.</summary>
    /// <returns>False where a process that reads keeps it from being overwritten now.</returns>
    Task<bool> OverwriteForgottenAsync();
}
