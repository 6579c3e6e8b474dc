using System.Collections.Concurrent;
using System.Data.Common;

namespace Imagen4.Core.Ledger.Store;

/// <summary>
/// Reads a ledger, several at a time where the database lets them. A connection that breaks off is opened again once.
/// </summary>
/// <param name="database">The database.</param>
internal sealed class StoreReader(ILedgerDatabase database) : IAsyncDisposable
{
    private readonly SemaphoreSlim _reading = new(database.Readers);
    private readonly ConcurrentBag<(StoreConnection Connection, int Incarnation)> _readers = [];

    /// <summary>Reads all rows of a select; none where there is no ledger yet.</summary>
    /// <remarks>They are read whole before anything is handed on: who reads slowly must not keep others from reading.</remarks>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<List<T>> ReadAsync<T>(Statement statement, Func<DbDataReader, T> read, CancellationToken cancellation)
    {
        await _reading.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            for (var isAgain = false; ; isAgain = true)
            {
                try
                {
                    return await ReadOnceAsync(statement, read, cancellation).ConfigureAwait(false);
                }
                catch (Exception error) when (error is DbException or InvalidOperationException)
                {
                    // What broke off this one may have broken off all.
                    await CloseReadersAsync().ConfigureAwait(false);
                    if (isAgain || !database.IsTransient(error))
                    {
                        throw database.Unavailable(error, writes: false);
                    }
                }
            }
        }
        finally
        {
            _ = _reading.Release();
        }
    }

    /// <summary>Reads the first row of a select; null where there is none.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<T?> ReadOneAsync<T>(Statement statement, Func<DbDataReader, T> read, CancellationToken cancellation)
        where T : class => (await ReadAsync(statement, read, cancellation).ConfigureAwait(false)).FirstOrDefault();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseReadersAsync().ConfigureAwait(false);
        _reading.Dispose();
    }

    private async Task<List<T>> ReadOnceAsync<T>(Statement statement, Func<DbDataReader, T> read, CancellationToken cancellation)
    {
        var found = new List<T>();
        if (await TakeAsync(cancellation).ConfigureAwait(false) is not var (connection, incarnation))
        {
            return found;
        }

        var isWhole = false;
        try
        {
            var reader = await connection.ReadAsync(statement, cancellation).ConfigureAwait(false);
            await using var disposing = reader.ConfigureAwait(false);
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                found.Add(read(reader));
            }

            isWhole = true;
            return found;
        }
        finally
        {
            if (isWhole)
            {
                _readers.Add((connection, incarnation));
            }
            else
            {
                await connection.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<(StoreConnection Connection, int Incarnation)?> TakeAsync(CancellationToken cancellation)
    {
        var incarnation = database.Incarnation;
        while (_readers.TryTake(out var idle))
        {
            if (idle.Incarnation == incarnation)
            {
                return idle;
            }

            await idle.Connection.DisposeAsync().ConfigureAwait(false);
        }

        return await database.OpenAsync(writes: false, cancellation).ConfigureAwait(false) is { } connection
            ? (new StoreConnection(connection), incarnation)
            : null;
    }

    private async ValueTask CloseReadersAsync()
    {
        while (_readers.TryTake(out var idle))
        {
            await idle.Connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
