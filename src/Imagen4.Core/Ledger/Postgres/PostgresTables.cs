using Imagen4.Core.Ledger.Store;
using Npgsql;

namespace Imagen4.Core.Ledger.Postgres;

/// <summary>The ledger's tables in a PostgreSQL database: their version, and how they are made.</summary>
internal static class PostgresTables
{
    private const string SchemaLock = "5281956226639331328";
    private const string HasTables = "SELECT to_regclass('imagen4.version') IS NOT NULL";
    private const string TablesVersion = "SELECT number FROM imagen4.version";

    /// <summary>
    /// The version of the tables. Where something is to be written, they are made if there are none, and older ones are brought forward.
    /// </summary>
    /// <remarks>That is done once, by whoever comes first; the lock keeps a second one from doing it at the same time.</remarks>
    /// <returns>The version; 0 where there are none.</returns>
    public static async Task<long> RequireVersionAsync(NpgsqlConnection connection, bool writes, CancellationToken cancellation)
    {
        var version = await VersionAsync(connection, cancellation).ConfigureAwait(false);
        if (version < LedgerSchema.Version && writes)
        {
            // Held by the session and taken before the transaction begins: one that has begun may not see yet what others have committed.
            await PostgresSession.ExecuteAsync(connection, $"SELECT pg_advisory_lock({SchemaLock})", cancellation).ConfigureAwait(false);
            try
            {
                version = await CreateAsync(connection, cancellation).ConfigureAwait(false);
            }
            finally
            {
                await PostgresSession
                    .ExecuteAsync(connection, $"SELECT pg_advisory_unlock({SchemaLock})", CancellationToken.None)
                    .ConfigureAwait(false);
            }
        }

        return version;
    }

    private static async Task<long> CreateAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        await using var disposing = transaction.ConfigureAwait(false);
        var version = await VersionAsync(connection, cancellation).ConfigureAwait(false);
        if (version < LedgerSchema.Version)
        {
            var script = version == 0 ? LedgerSchema.PostgresScript : LedgerSchema.PostgresSince(version);
            await PostgresSession.ExecuteAsync(connection, script, cancellation).ConfigureAwait(false);
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
}
