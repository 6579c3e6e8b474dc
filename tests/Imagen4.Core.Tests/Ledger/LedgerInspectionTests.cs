using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Ledger;

[Collection(RunsAlone.Name)]
public sealed class LedgerInspectionTests(PostgresServer server) : EnvironmentTest, IClassFixture<PostgresServer>
{
    public static TheoryData<string> Kinds => ["SQLite", "PostgreSQL"];

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task A_ledger_that_is_not_there_yet_is_empty_and_not_created(string kind)
    {
        await UseAsync(kind);

        var (ledger, error) = await TestClient.Client.InspectLedgerAsync(verify: true, default);

        Assert.Null(error);
        Assert.Equal((kind, null, 0L, 0L, true), (ledger.Kind, ledger.SchemaVersion, ledger.Size, ledger.Requests, ledger.IsIntact));
        Assert.Empty(Home.Names);
        Assert.Null((await TestClient.Client.InspectLedgerAsync(verify: false, default)).Ledger.SchemaVersion);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task Requests_are_counted_by_the_state_that_users_see(string kind)
    {
        await UseAsync(kind);

        await using var store = new LedgerStore(TestClient.Ledgers.Current.Open(), TimeProvider.System);
        await using (var gone = new LedgerStore(TestClient.Ledgers.Current.Open(), TimeProvider.System))
        {
            _ = await AddAsync(gone, RequestState.Intent);
        }

        _ = await AddAsync(store);
        _ = await AddAsync(store, RequestState.Intent);
        _ = await AddAsync(store, RequestState.Intent, RequestState.InDoubt);
        _ = await AddAsync(store, RequestState.Intent, RequestState.Rejected);
        _ = await AddAsync(store, RequestState.Intent, RequestState.Accepted);
        _ = await AddAsync(store, RequestState.Intent, RequestState.Accepted, RequestState.Completed);
        _ = await AddAsync(store, RequestState.Intent, RequestState.Accepted, RequestState.Completed, RequestState.Delivered);
        _ = await AddAsync(store, RequestState.Intent, RequestState.Accepted, RequestState.Cancelled);
        _ = await AddAsync(store, RequestState.Intent, RequestState.Accepted, RequestState.Expired);
        _ = await AddAsync(store, RequestState.Intent, RequestState.Failed);

        var (ledger, error) = await TestClient.Client.InspectLedgerAsync(verify: true, default);

        Assert.Null(error);
        Assert.Equal(
            (LedgerSchema.Version, 11L, 2L, 1L, 1L, 1L, 2L, 1L, 1L, 2L, true),
            (ledger.SchemaVersion, ledger.Requests, ledger.Pending, ledger.InQueue, ledger.Completed, ledger.Delivered, ledger.Failed,
                ledger.Rejected, ledger.Cancelled, ledger.InDoubt, ledger.IsIntact));
        Assert.True(ledger.Size > 1000);
        Assert.Matches(@"^\d+\.\d+", ledger.DatabaseVersion);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task What_does_not_fit_its_checksum_is_found_and_the_rest_still_read(string kind)
    {
        await UseAsync(kind);

        await using var store = new LedgerStore(TestClient.Ledgers.Current.Open(), TimeProvider.System);
        var first = await AddAsync(store, RequestState.Intent, RequestState.Accepted);
        var second = await AddAsync(store);
        var third = await AddAsync(store, RequestState.Intent, RequestState.Accepted);
        await ExecuteAsync("UPDATE request SET input = '{}' WHERE id = 1");
        await ExecuteAsync("UPDATE progress SET state = 6 WHERE request = 2");

        var (ledger, error) = await TestClient.Client.InspectLedgerAsync(verify: true, default);

        Assert.False(ledger.IsIntact);
        Assert.Equal([Damage(first), Damage(second)], ledger.Damage);
        Assert.DoesNotContain(Damage(third), ledger.Damage);
        Assert.Equal($"The ledger in {ledger.Location} is damaged. Faults: 2. The first: {Damage(first)}", error!.Message);
        Assert.Equal(3, ledger.Requests);
    }

    [Fact]
    public async Task What_SQLite_finds_wrong_with_its_file_is_said()
    {
        await UseAsync("SQLite");
        await using (var store = new LedgerStore(TestClient.Ledgers.Current.Open(), TimeProvider.System))
        {
            _ = await AddAsync(store);
        }

        await ExecuteAsync("PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'request_started'");

        var (ledger, error) = await TestClient.Client.InspectLedgerAsync(verify: true, default);

        Assert.False(ledger.IsIntact);
        Assert.NotNull(error);
        Assert.Contains(ledger.Damage, line => line.Contains("never used", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_of_which_only_the_first_page_is_left_is_damaged_and_its_damage_listed()
    {
        await UseAsync("SQLite");
        await using (var store = new LedgerStore(TestClient.Ledgers.Current.Open(), TimeProvider.System))
        {
            _ = await AddAsync(store);
        }

        await ExecuteAsync("PRAGMA wal_checkpoint(TRUNCATE)");
        var path = Home.At("ledger.db");
        var bytes = await File.ReadAllBytesAsync(path);
        bytes.AsSpan(4096).Fill((byte)'x');
        await File.WriteAllBytesAsync(path, bytes);

        var (ledger, error) = await TestClient.Client.InspectLedgerAsync(verify: true, default);

        Assert.False(ledger.IsIntact);
        Assert.Contains("malformed", Assert.Single(ledger.Damage), StringComparison.Ordinal);
        Assert.StartsWith($"The ledger in {ledger.Location} is damaged, and nothing is submitted: SQLite Error 11: ", error!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("..", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_is_named_all_the_same()
    {
        Set(LedgerCatalog.Variable, $"Host=127.0.0.1;Port={Unused.Address().Port};Database=ledger;Username=tester;Password=s3cret");

        var (ledger, error) = await TestClient.Client.InspectLedgerAsync(verify: false, default);

        Assert.StartsWith("postgres://127.0.0.1:", ledger.Location, StringComparison.Ordinal);
        Assert.Equal("Environment", ledger.Scope);
        Assert.Null(ledger.Requests);
        Assert.StartsWith($"The ledger cannot be read: {ledger.Location}: ", error!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    private async Task UseAsync(string kind)
    {
        Set(LedgerCatalog.Variable, null);
        if (kind == "PostgreSQL")
        {
            Skip.If(PostgresServer.Missing is not null, PostgresServer.Missing);
            Set(LedgerCatalog.Variable, await server.CreateDatabaseAsync());
        }
    }

    private static string Damage(StoredRequest request) => $"Request {request.LedgerId}: its checksum is wrong.";

    private static async Task<StoredRequest> AddAsync(LedgerStore store, params RequestState[] states)
    {
        var request = (await store.ClaimAsync(
            new StoredRequest
            {
                LedgerId = LedgerEntry.NewId(),
                Row = LedgerEntry.NewId(),
                Provider = "fal",
                BaseUri = "https://queue.fal.run",
                Model = "fal-ai/imagen4/preview",
                Input = """{"prompt":"a fox"}""",
            },
            default))!;
        foreach (var state in states)
        {
            request = (await store.AdvanceAsync(request, request.Progress with { State = state }))!;
        }

        return request;
    }

    private static async Task ExecuteAsync(string sql)
    {
        await using var database = TestClient.Ledgers.Current.Open();
        await using var connection = (await database.OpenAsync(writes: true, default))!;
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A constant of the test.
        command.CommandText = sql;
#pragma warning restore CA2100
        _ = await command.ExecuteNonQueryAsync();
    }
}
