using System.Data.Common;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Imagen4.Core.Ledger.Store;
using Npgsql;

namespace Imagen4.Core.Ledger.Postgres;

/// <summary>
/// A ledger in the schema <c>imagen4</c> of a PostgreSQL database, for machines that share one. A process that works on requests
/// holds an advisory lock as long as its session lives; the server frees it when the process, its machine or the network is gone.
/// </summary>
/// <param name="settings">How to connect.</param>
internal sealed class PostgresDatabase(NpgsqlConnectionStringBuilder settings) : ILedgerDatabase
{
    // The upper half of every advisory lock of this module; the lower half is the owner's number.
    private const long LockClass = 0x494D4734;
    private const string SchemaLock = "5281956226639331328";

    private const string IsHeld =
        """
        SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND classid::bigint = @key >> 32 AND objid::bigint = @key & 4294967295)
        """;

    // A machine that has lost its power says nothing: without this, its server would take it for alive for two hours.
    private const string NoticeLoss = "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3";

    private const string HasTables = "SELECT to_regclass('imagen4.version') IS NOT NULL";
    private const string TablesVersion = "SELECT number FROM imagen4.version";

    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(settings);
    private readonly SemaphoreSlim _holding = new(1);
    private NpgsqlConnection? _session;
    private long? _owner;
    private bool _isMigrated;

    /// <inheritdoc/>
    public string Location { get; } = PostgresAddress.Show(settings);

    /// <inheritdoc/>
    public string SelectVersion => "SELECT number FROM version";

    /// <inheritdoc/>
    public string SelectDatabaseVersion => "SHOW server_version";

    /// <inheritdoc/>
    public string SelectSize =>
        "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relnamespace = 'imagen4'::regnamespace AND relkind = 'r'";

    /// <inheritdoc/>
    public string? SelectFaults => null;

    /// <inheritdoc/>
    public async Task<DbConnection?> OpenAsync(bool writes, CancellationToken cancellation)
    {
        try
        {
            var connection = await _source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            try
            {
                if (!_isMigrated && !await IsReadyAsync(connection, writes, cancellation).ConfigureAwait(false))
                {
                    await connection.DisposeAsync().ConfigureAwait(false);
                    return null;
                }

                _isMigrated = true;

                // A server that has been restarted has freed the lock: whoever writes from here on shows again that it lives.
                if (writes && _owner is { } owner)
                {
                    await HoldAsync(owner, cancellation).ConfigureAwait(false);
                }

                return connection;
            }
            catch
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch (Exception error) when (IsOfConnection(error))
        {
            throw Unavailable(error, writes);
        }
    }

    /// <inheritdoc/>
    public int Incarnation => 0;

    /// <inheritdoc/>
    public DbConnection? OpenToRead()
    {
        try
        {
            var connection = _source.OpenConnection();
            try
            {
                if (!_isMigrated && Version(connection) is var version && !IsReady(version))
                {
                    connection.Dispose();
                    return null;
                }

                _isMigrated = true;
                return connection;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
        catch (Exception error) when (IsOfConnection(error))
        {
            throw Unavailable(error, writes: false);
        }
    }

    /// <inheritdoc/>
    public bool IsTransient(DbException error) => error.IsTransient || error is NpgsqlException { InnerException: IOException or SocketException }
        || error is PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown };

    /// <inheritdoc/>
    public bool IsOfOneChange(Exception error) =>
        error is PostgresException { SqlState: ['2', '2' or '3', ..] or ['5', '4', ..] };

    /// <inheritdoc/>
    public LedgerUnavailableException Unavailable(Exception error, bool writes) => error switch
    {
        LedgerUnavailableException known => known,
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } =>
            new LedgerUnavailableException(Messages.LedgerSignIn.With(Location, settings.Username ?? "", error.Message), error),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } =>
            new LedgerUnavailableException(Messages.LedgerRights.With(Location, error.Message), error),
        { InnerException: AuthenticationException inner } =>
            new LedgerUnavailableException(Messages.LedgerCertificate.With(Location, PlainText.Line(inner.Message)), error),
        _ when writes => new LedgerUnavailableException(Messages.LedgerUnwritable.With(Location, Reason(error)), error),
        _ => new LedgerUnavailableException(Messages.LedgerUnreadable.With(Location, Reason(error)), error),
    };

    /// <inheritdoc/>
    public async Task HoldAsync(long owner, CancellationToken cancellation)
    {
        await _holding.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            _owner = owner;
            if (_session is { } session && await IsHoldingAsync(session, owner, cancellation).ConfigureAwait(false))
            {
                return;
            }

            if (_session is not null)
            {
                await _session.DisposeAsync().ConfigureAwait(false);
            }

            _session = await _source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            await ExecuteAsync(_session, NoticeLoss, cancellation).ConfigureAwait(false);
            if (!await ReadAsync(_session, "SELECT pg_try_advisory_lock(@key)", LockOf(owner), cancellation).ConfigureAwait(false))
            {
                // The server has not noticed yet that the session before is gone.
                throw new LedgerUnavailableException(Messages.LedgerSessionLost.With(Location));
            }
        }
        finally
        {
            _ = _holding.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<bool> IsAliveAsync(long owner, CancellationToken cancellation)
    {
        try
        {
            var connection = await _source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            await using var disposing = connection.ConfigureAwait(false);
            return await ReadAsync(connection, IsHeld, LockOf(owner), cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (IsOfConnection(error))
        {
            throw Unavailable(error, writes: false);
        }
    }

    /// <inheritdoc/>
    public bool IsAlive(long owner)
    {
        try
        {
            using var connection = _source.OpenConnection();
            using var command = new NpgsqlCommand(IsHeld, connection);
            command.Parameters.AddWithValue("@key", LockOf(owner));
            return (bool)command.ExecuteScalar()!;
        }
        catch (Exception error) when (IsOfConnection(error))
        {
            throw Unavailable(error, writes: false);
        }
    }

    /// <inheritdoc/>
    public string? UnreadableLock(long owner) => null;

    /// <inheritdoc/>
    public async Task LetGoAsync()
    {
        await _holding.WaitAsync().ConfigureAwait(false);
        try
        {
            _owner = null;
            await EndSessionAsync().ConfigureAwait(false);
        }
        finally
        {
            _ = _holding.Release();
        }
    }

    /// <inheritdoc/>
    public Task CheckAsync(Func<long, CancellationToken, Task<bool>> hasRequests, CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<bool> OverwriteForgottenAsync() => Task.FromResult(true);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndSessionAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
        _holding.Dispose();
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

    // Of the server, of the network, or of what the driver was told: a certificate's file that is none, a password file without a name.
    private static bool IsOfConnection(Exception error) => error is DbException or SocketException or IOException or TimeoutException
        or UnauthorizedAccessException or AuthenticationException or CryptographicException or ArgumentException or InvalidOperationException;

    private static long LockOf(long owner) => (LockClass << 32) | owner;

    private static string Reason(Exception error) => error.InnerException is { } inner ? $"{error.Message}: {inner.Message}" : error.Message;

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

    private static async Task<bool> ReadAsync(NpgsqlConnection connection, string sql, long key, CancellationToken cancellation)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using var disposing = command.ConfigureAwait(false);
        command.Parameters.AddWithValue("@key", key);
        return (bool)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }

    // The tables are made once, by whoever comes first; the lock keeps a second one from making them at the same time.
    private async Task<bool> IsReadyAsync(NpgsqlConnection connection, bool writes, CancellationToken cancellation)
    {
        var version = await VersionAsync(connection, cancellation).ConfigureAwait(false);
        if (version == 0 && writes)
        {
            // Held by the session and taken before the transaction begins: one that has begun may not see yet what others have committed.
            await ExecuteAsync(connection, $"SELECT pg_advisory_lock({SchemaLock})", cancellation).ConfigureAwait(false);
            try
            {
                version = await CreateAsync(connection, cancellation).ConfigureAwait(false);
            }
            finally
            {
                await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({SchemaLock})", CancellationToken.None).ConfigureAwait(false);
            }
        }

        return IsReady(version);
    }

    private bool IsReady(long version) => version <= LedgerSchema.Version
        ? version != 0
        : throw new LedgerUnavailableException(Messages.LedgerFromFuture.With(Location, version, LedgerSchema.Version));

    private static long Version(NpgsqlConnection connection)
    {
        using var isThere = new NpgsqlCommand(HasTables, connection);
        if (!(bool)isThere.ExecuteScalar()!)
        {
            return 0;
        }

        using var version = new NpgsqlCommand(TablesVersion, connection);
        return (long)(version.ExecuteScalar() ?? 0L);
    }

    private static async Task<long> CreateAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        await using var disposing = transaction.ConfigureAwait(false);
        var version = await VersionAsync(connection, cancellation).ConfigureAwait(false);
        if (version == 0)
        {
            await ExecuteAsync(connection, LedgerSchema.PostgresScript, cancellation).ConfigureAwait(false);
            version = LedgerSchema.Version;
        }

        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        return version;
    }

    private static async Task<long> VersionAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var isThere = new NpgsqlCommand(HasTables, connection);
        await using var disposing = isThere.ConfigureAwait(false);
        if (!(bool)(await isThere.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!)
        {
            return 0;
        }

        var version = new NpgsqlCommand(TablesVersion, connection);
        await using var reading = version.ConfigureAwait(false);
        return (long)(await version.ExecuteScalarAsync(cancellation).ConfigureAwait(false) ?? 0L);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
#pragma warning disable CA2100 // Every text is a constant of this class or of the schema.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await using var disposing = command.ConfigureAwait(false);
        _ = await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }
}
