using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.Postgres;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Tests.Support;
using Npgsql;

namespace Imagen4.Core.Tests.Ledger.Store;

/// <summary>Connections of a shared ledger that break off while nobody uses them: whoever comes next opens another.</summary>
public sealed class IdleConnectionTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [SkippableFact]
    public async Task One_that_the_server_has_ended_is_opened_again_by_whoever_reads_and_whoever_writes()
    {
        Skip.If(PostgresServer.Missing is not null, PostgresServer.Missing);
        var address = await server.CreateDatabaseAsync();
        await using var database = new WatchedDatabase(address);
        await using var store = new LedgerStore(database, TimeProvider.System);
        var claimed = (await store.ClaimAsync(Request(), default))!;
        Assert.Equal(claimed, await store.FindAsync(claimed.LedgerId, default));

        var idle = database.Open;

        await EndSessionsAsync(address);

        // Nothing has been sent since: the driver does not know yet.
        Assert.Equal(idle, database.Open);
        await IsGoneOnWithAsync(store, claimed);
        Assert.DoesNotContain(database.Open, idle.Contains);
    }

    [SkippableFact]
    public async Task One_that_the_driver_has_found_broken_is_opened_again_by_whoever_reads_and_whoever_writes()
    {
        Skip.If(PostgresServer.Missing is not null, PostgresServer.Missing);
        var address = await server.CreateDatabaseAsync();
        await using var database = new WatchedDatabase($"{address};Keepalive=1");
        await using var store = new LedgerStore(database, TimeProvider.System);
        var claimed = (await store.ClaimAsync(Request(), default))!;
        Assert.Equal(claimed, await store.FindAsync(claimed.LedgerId, default));
        Assert.Contains(database.Writer, database.Open);
        Assert.Contains(database.Open, connection => connection != database.Writer);

        await EndSessionsAsync(address);
        await BatchTest.UntilAsync(() => database.Open.Count == 0);

        // The driver's word for it is no error of a database.
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await using var command = database.Writer!.CreateCommand();
            command.CommandText = "SELECT 1";
            _ = await command.ExecuteScalarAsync();
        });
        await IsGoneOnWithAsync(store, claimed);
    }

    private static async Task IsGoneOnWithAsync(LedgerStore store, StoredRequest claimed)
    {
        Assert.Equal(claimed, await store.FindAsync(claimed.LedgerId, default));
        var intent = await store.AdvanceAsync(claimed, claimed.Progress with { State = RequestState.Intent, Attempt = 1 });
        Assert.Equal(intent, await store.FindAsync(claimed.LedgerId, default));
        Assert.True(await store.IsAliveAsync(claimed.Progress.Owner!.Value, default));
    }

    private static async Task EndSessionsAsync(string address)
    {
        await using var connection = new NpgsqlConnection(address);
        await connection.OpenAsync();
        await using var end = new NpgsqlCommand(
            "SELECT bool_and(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", connection);
        Assert.True(await end.ExecuteScalarAsync() is true);
    }

    private static StoredRequest Request() => new()
    {
        LedgerId = LedgerEntry.NewId(),
        Row = new string('a', 32),
        Provider = "fal",
        BaseUri = "https://queue.fal.run",
        Model = "fal-ai/imagen4/preview",
        Input = """{"prompt":"a fox"}""",
    };

    /// <summary>A ledger's database whose connections can be looked at.</summary>
    private sealed class WatchedDatabase(string address) : ILedgerDatabase
    {
        private readonly PostgresDatabase _database = new(PostgresAddress.Read(address));
        private readonly ConcurrentBag<DbConnection> _opened = [];

        /// <summary>Those that the driver takes to be open.</summary>
        public IReadOnlyList<DbConnection> Open => [.. _opened.Where(connection => connection.State == ConnectionState.Open)];

        public DbConnection? Writer { get; private set; }

        public string Location => _database.Location;

        public int Readers => _database.Readers;

        public string? LockClaims => _database.LockClaims;

        public string SelectVersion => _database.SelectVersion;

        public string SelectDatabaseVersion => _database.SelectDatabaseVersion;

        public string SelectSize => _database.SelectSize;

        public string? SelectFaults => _database.SelectFaults;

        public int Incarnation => _database.Incarnation;

        public async Task<DbConnection?> OpenAsync(bool writes, CancellationToken cancellation)
        {
            var connection = await _database.OpenAsync(writes, cancellation);
            if (connection is not null)
            {
                _opened.Add(connection);
                Writer = writes ? connection : Writer;
            }

            return connection;
        }

        public bool IsTransient(Exception error) => _database.IsTransient(error);

        public bool IsOfOneChange(Exception error) => _database.IsOfOneChange(error);

        public LedgerUnavailableException Unavailable(Exception error, bool writes) => _database.Unavailable(error, writes);

        public Task HoldAsync(long owner, CancellationToken cancellation) => _database.HoldAsync(owner, cancellation);

        public Task<bool> IsAliveAsync(long owner, CancellationToken cancellation) => _database.IsAliveAsync(owner, cancellation);

        public string? UnreadableLock(long owner) => _database.UnreadableLock(owner);

        public Task LetGoAsync() => _database.LetGoAsync();

        public Task CheckAsync(Func<long, CancellationToken, Task<bool>> hasRequests, CancellationToken cancellation) =>
            _database.CheckAsync(hasRequests, cancellation);

        public void ShrinkLog() => _database.ShrinkLog();

        public Task<bool> OverwriteForgottenAsync() => _database.OverwriteForgottenAsync();

        public ValueTask DisposeAsync() => _database.DisposeAsync();
    }
}
