using System.Data.Common;
using Imagen4.Core.Text;
using Npgsql;

namespace Imagen4.Core.Ledger.Postgres;

/// <summary>
/// The session by which a process shows that it lives: it holds an advisory lock, and the server frees it when the process, its
/// machine or the network is gone.
/// </summary>
/// <param name="source">Opens connections.</param>
/// <param name="location">Where the ledger is, as a user would name it.</param>
internal sealed class PostgresSession(NpgsqlDataSource source, string location) : IAsyncDisposable
{
    // The upper half of every advisory lock of this module; the lower half is the owner's number.
    private const long LockClass = 0x494D4734;

    // A machine that has lost its power says nothing: without this, its server would take it for alive for two hours.
    private const string NoticeLoss = "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3";

    private readonly SemaphoreSlim _holding = new(1);
    private NpgsqlConnection? _session;

    /// <summary>The owner whose lock is held; null for none.</summary>
    public long? Owner { get; private set; }

    /// <summary>The lock of an owner.</summary>
    public static long LockOf(long owner) => (LockClass << 32) | owner;

    /// <summary>Takes the lock of an owner, unless this session has it.</summary>
    /// <exception cref="LedgerUnavailableException">The server has not noticed yet that the session before is gone.</exception>
    public async Task HoldAsync(long owner, CancellationToken cancellation)
    {
        await _holding.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            Owner = owner;
            if (_session is { } session && await IsHoldingAsync(session, owner, cancellation).ConfigureAwait(false))
            {
                return;
            }

            if (_session is not null)
            {
                await _session.DisposeAsync().ConfigureAwait(false);
            }

            _session = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            await ExecuteAsync(_session, NoticeLoss, cancellation).ConfigureAwait(false);
            if (!await ReadAsync(_session, "SELECT pg_try_advisory_lock(@key)", LockOf(owner), cancellation).ConfigureAwait(false))
            {
                // The server has not noticed yet that the session before is gone.
                throw new LedgerUnavailableException(Messages.LedgerSessionLost.With(location));
            }
        }
        finally
        {
            _ = _holding.Release();
        }
    }

    /// <summary>Gives up the lock.</summary>
    public async Task LetGoAsync()
    {
        await _holding.WaitAsync().ConfigureAwait(false);
        try
        {
            Owner = null;
            await EndSessionAsync().ConfigureAwait(false);
        }
        finally
        {
            _ = _holding.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndSessionAsync().ConfigureAwait(false);
        _holding.Dispose();
    }

    /// <summary>Asks something about a lock.</summary>
    public static async Task<bool> ReadAsync(NpgsqlConnection connection, string sql, long key, CancellationToken cancellation)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using var disposing = command.ConfigureAwait(false);
        command.Parameters.AddWithValue("@key", key);
        return (bool)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }

    /// <summary>Runs a statement of this module.</summary>
    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
#pragma warning disable CA2100 // Every text is a constant of this class or of the schema.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await using var disposing = command.ConfigureAwait(false);
        _ = await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    private async Task EndSessionAsync()
    {
        if (_session is not null)
        {
            try
            {
                // A connection that goes back into its pool keeps its locks for a while.
                await ExecuteAsync(_session, "SELECT pg_advisory_unlock_all()", CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception error) when (error is DbException or InvalidOperationException)
            {
                // The session is gone, and its locks with it.
            }

            await _session.DisposeAsync().ConfigureAwait(false);
            _session = null;
        }
    }

    private static async Task<bool> IsHoldingAsync(NpgsqlConnection session, long owner, CancellationToken cancellation)
    {
        try
        {
            // Taken once more and given back once: it succeeds at once where this session has it, and fails where the session is gone.
            return await ReadAsync(session, "SELECT pg_try_advisory_lock(@key) AND pg_advisory_unlock(@key)", LockOf(owner), cancellation)
                .ConfigureAwait(false);
        }
        catch (Exception error) when (error is DbException or InvalidOperationException)
        {
            return false;
        }
    }
}
