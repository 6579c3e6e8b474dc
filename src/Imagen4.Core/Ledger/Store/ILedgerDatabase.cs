using System.Data.Common;

namespace Imagen4.Core.Ledger.Store;

/// <summary>What differs between the databases a ledger can live in.</summary>
internal interface ILedgerDatabase : IAsyncDisposable
{
    /// <summary>Where it is, as a user would name it; without a password.</summary>
    string Location { get; }

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

    /// <summary>Begins a transaction in which no other process changes what is read.</summary>
    Task<DbTransaction> BeginAsync(DbConnection connection);

    /// <summary>Whether an error of the database may be gone when the same is tried again: its connection broke off, or it was busy.</summary>
    bool IsTransient(DbException error);

    /// <summary>The error a user sees.</summary>
    LedgerUnavailableException Unavailable(Exception error, bool writes);

    /// <summary>Shows that this process lives, until it ends or this is disposed.</summary>
    /// <param name="owner">The owner's number.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">Locks do not work there.</exception>
    Task HoldAsync(long owner, CancellationToken cancellation);

    /// <summary>Whether an owner's process still lives.</summary>
    Task<bool> IsAliveAsync(long owner, CancellationToken cancellation);
}
