using System.Data.Common;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Text;
using Npgsql;

namespace Imagen4.Core.Ledger.Postgres;

/// <summary>
/// A ledger in the schema <c>imagen4</c> of a PostgreSQL database, for machines that share one. A process that works on requests
/// holds an advisory lock as long as its session lives; the server frees it when the process, its machine or the network is gone.
/// </summary>
internal sealed class PostgresDatabase : ILedgerDatabase
{
    private const string IsClaimed =
        """
        SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND classid::bigint = @key >> 32 AND objid::bigint = @key & 4294967295)
        """;

    private readonly NpgsqlConnectionStringBuilder _settings;
    private readonly NpgsqlDataSource _source;
    private readonly PostgresSession _session;
    private bool _isMigrated;

    /// <summary>Names it. Nothing is opened.</summary>
    /// <param name="settings">How to connect.</param>
    public PostgresDatabase(NpgsqlConnectionStringBuilder settings)
    {
        (_settings, Location, _source) = (settings, PostgresAddress.Show(settings), NpgsqlDataSource.Create(settings));
        _session = new PostgresSession(_source, Location);
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <inheritdoc/>
    public int Readers => 2;

    /// <inheritdoc/>
    public string? LockClaims => "SELECT pg_advisory_xact_lock(5142606447)";

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
                if (!_isMigrated)
                {
                    var version = await PostgresTables.RequireVersionAsync(connection, writes, cancellation).ConfigureAwait(false);
                    if (!IsReady(version))
                    {
                        await connection.DisposeAsync().ConfigureAwait(false);
                        return null;
                    }

                    _isMigrated = version == LedgerSchema.Version;
                }

                // A server that has been restarted has freed the lock: whoever writes from here on shows again that it lives.
                if (writes && _session.Owner is { } owner)
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
    public bool IsTransient(Exception error) =>

        // The driver throws what is not a database error where it found out between two statements that the connection is gone.
        error is DbException { IsTransient: true } or InvalidOperationException
            || error is NpgsqlException { InnerException: IOException or SocketException }
        || error is PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown };

    /// <inheritdoc/>
    public bool IsOfOneChange(Exception error) =>
        error is PostgresException { SqlState: ['2', '2' or '3', ..] or ['5', '4', ..] };

    /// <inheritdoc/>
    public LedgerUnavailableException Unavailable(Exception error, bool writes) => error switch
    {
        LedgerUnavailableException known => known,
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } =>
            new LedgerUnavailableException(Messages.LedgerSignIn.With(Location, _settings.Username ?? "", error.Message), error),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } =>
            new LedgerUnavailableException(Messages.LedgerRights.With(Location, error.Message), error),
        { InnerException: AuthenticationException inner } =>
            new LedgerUnavailableException(Messages.LedgerCertificate.With(Location, PlainText.Line(inner.Message)), error),
        _ when writes => new LedgerUnavailableException(Messages.LedgerUnwritable.With(Location, Reason(error)), error),
        _ => new LedgerUnavailableException(Messages.LedgerUnreadable.With(Location, Reason(error)), error),
    };

    /// <inheritdoc/>
    public Task HoldAsync(long owner, CancellationToken cancellation) => _session.HoldAsync(owner, cancellation);

    /// <inheritdoc/>
    public Task LetGoAsync() => _session.LetGoAsync();

    /// <inheritdoc/>
    public async Task<bool> IsAliveAsync(long owner, CancellationToken cancellation)
    {
        try
        {
            var connection = await _source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            await using var disposing = connection.ConfigureAwait(false);
            return await PostgresSession.ReadAsync(connection, IsClaimed, PostgresSession.LockOf(owner), cancellation)
                .ConfigureAwait(false);
        }
        catch (Exception error) when (IsOfConnection(error))
        {
            throw Unavailable(error, writes: false);
        }
    }

    /// <inheritdoc/>
    public string? UnreadableLock(long owner) => null;

    /// <inheritdoc/>
    public Task CheckAsync(Func<long, CancellationToken, Task<bool>> hasRequests, CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public void ShrinkLog()
    {
        // The server's matter.
    }

    /// <inheritdoc/>
    public Task<bool> OverwriteForgottenAsync() => Task.FromResult(true);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    // Of the server, of the network, or of what the driver was told: a certificate's file that is none, a password file without a name.
    private static bool IsOfConnection(Exception error) => error is DbException or SocketException or IOException or TimeoutException
        or UnauthorizedAccessException or AuthenticationException or CryptographicException or ArgumentException
        or InvalidOperationException;

    private static string Reason(Exception error) =>
        error.InnerException is { } inner ? $"{error.Message}: {inner.Message}" : error.Message;

    private bool IsReady(long version) => version <= LedgerSchema.Version
        ? version >= LedgerSchema.OldestRead
        : throw new LedgerUnavailableException(Messages.LedgerFromFuture.With(Location, version, LedgerSchema.Version));
}
