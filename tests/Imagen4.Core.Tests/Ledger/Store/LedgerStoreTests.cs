using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.Postgres;
using Imagen4.Core.Ledger.Sqlite;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Tests.Support;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Imagen4.Core.Tests.Ledger.Store;

public sealed class SqliteStoreTests : LedgerStoreTests, IDisposable
{
    private readonly TempFolder _home = new();

    internal override ILedgerDatabase Database() => new SqliteDatabase(_home.Path);

    public void Dispose() => _home.Dispose();

    protected override Task DowngradeAsync() => ExecuteAsync("DROP TABLE upload; DROP TABLE file_name; DROP INDEX request_input; DROP TABLE saved_image; PRAGMA user_version = 1");

    protected override async Task<long> VersionAsync() => (long)(await ExecuteAsync("PRAGMA user_version"))!;

    private async Task<object?> ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={_home.At("ledger.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }
}

public sealed class PostgresStoreTests(PostgresServer server) : LedgerStoreTests, IClassFixture<PostgresServer>
{
    private string _address = "";

    protected override bool IsMissing => PostgresServer.Missing is not null;

    internal override ILedgerDatabase Database() => new PostgresDatabase(PostgresAddress.Read(_address));

    public override async Task InitializeAsync() => _address = IsMissing ? "" : await server.CreateDatabaseAsync();

    protected override Task DowngradeAsync() => ExecuteAsync(
        "DROP TABLE imagen4.upload; DROP TABLE imagen4.file_name; DROP INDEX imagen4.request_input; DROP TABLE imagen4.saved_image; UPDATE imagen4.version SET number = 1");

    protected override async Task<long> VersionAsync() => (long)(await ExecuteAsync("SELECT number FROM imagen4.version"))!;

    [SkippableFact]
    public async Task A_connection_that_breaks_off_within_an_image_costs_nothing_of_it()
    {
        Skip.If(IsMissing, PostgresServer.Missing);
        const int Middle = 2 * 1024 * 1024;
        var intent = await IntentAsync(row: 1);
        var cuts = 0;
        var image = new LateBytes(2 * Middle, async (from, count) =>
        {
            if (from == Middle && cuts++ == 0)
            {
                Assert.True(await ExecuteAsync(
                    """
                    SELECT bool_and(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()
                    """) is true);
            }

            return new byte[count];
        });

        Assert.NotNull(await KeepAsync(intent, image));

        Assert.Equal(2, cuts);
        Assert.Equal(2L * Middle, await ExecuteAsync("SELECT sum(length(bytes)) FROM imagen4.result_image"));
    }

    private async Task<object?> ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_address);
        await connection.OpenAsync();
#pragma warning disable CA2100 // Constants of this class.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }
}

/// <summary>What a ledger promises, whichever database it is in.</summary>
public abstract class LedgerStoreTests : IAsyncLifetime
{
    private readonly List<LedgerStore> _stores = [];

    protected virtual bool IsMissing => false;

    internal abstract ILedgerDatabase Database();

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync()
    {
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task What_was_claimed_and_advanced_is_read_back_by_another_process()
    {
        Skip.If(IsMissing, PostgresServer.Missing);

        var claimed = (await Open().ClaimAsync(Request(row: 1, prompt: "a „fuchs“ 🦊\n"), default))!;
        var intent = (await _stores[0].AdvanceAsync(claimed, claimed.Progress with { State = RequestState.Intent, Attempt = 1 }))!;
        var accepted = (await _stores[0].AdvanceAsync(intent, intent.Progress with { State = RequestState.Accepted, RequestId = "r-1" }))!;

        var other = Open();
        Assert.Equal(accepted, await other.FindAsync(claimed.LedgerId, default));
        Assert.Equal(accepted, await other.FindRowAsync(claimed.Row!, default));
        Assert.Equal([accepted], await other.FindByRequestIdAsync("r-1", default));
        Assert.Equal([accepted], await other.FindAlikeAsync(claimed.Subject!, new string('0', 32), 10, default));
        Assert.Equal([accepted], await other.FindAlikeAsync(new string('0', 32), claimed.InputHash!, 10, default));
        Assert.Equal([accepted], await other.FindGenerationsAsync(claimed.Row!, default));
        Assert.NotNull(await _stores[0].ReleaseAsync(accepted));
        var owner = _stores[0].OwnerId;
        Assert.Equal(
            [(RequestState.Claimed, 0, owner), (RequestState.Intent, 1, owner), (RequestState.Accepted, 1, owner), (RequestState.Accepted, 1, null)],
            (await other.StepsAsync(claimed.LedgerId, default)).Select(step => (step.State, step.Attempt, step.Owner)));
        Assert.Equal([1, 2, 3], new[] { claimed, intent, accepted }.Select(request => request.Progress.Steps));
    }

    [SkippableFact]
    public async Task Of_many_who_claim_a_row_at_once_one_gets_it()
    {
        Skip.If(IsMissing, PostgresServer.Missing);

        var stores = Enumerable.Range(0, 4).Select(_ => Open()).ToList();
        for (var row = 0; row < 25; row++)
        {
            var claims = await Task.WhenAll(stores.SelectMany(store => Enumerable.Range(0, 4)
                .Select(_ => store.ClaimAsync(Request(row), default))));

            var winner = Assert.Single(claims, claim => claim is not null);
            Assert.Equal(winner, await stores[0].FindRowAsync(winner!.Row!, default));
        }
    }

    [SkippableFact]
    public async Task Who_has_been_taken_over_changes_nothing_any_more()
    {
        Skip.If(IsMissing, PostgresServer.Missing);

        var (first, second) = (Open(), Open());
        var claimed = (await first.ClaimAsync(Request(row: 1), default))!;
        var adopted = (await second.AdoptAsync(claimed, default))!;

        Assert.Null(await first.AdvanceAsync(claimed, claimed.Progress with { State = RequestState.Intent, Attempt = 1 }));
        Assert.Equal(adopted, await first.FindAsync(claimed.LedgerId, default));
        Assert.NotEqual(claimed.Progress.Owner, adopted.Progress.Owner);
    }

    [SkippableTheory]
    [InlineData(RequestState.Claimed)]
    [InlineData(RequestState.NotSent)]
    [InlineData(RequestState.Throttled)]
    internal async Task Whose_row_is_claimed_anew_sends_nothing_any_more(RequestState last)
    {
        Skip.If(IsMissing, PostgresServer.Missing);

        var mine = (await Open().ClaimAsync(Request(row: 1), default))!;
        foreach (var state in last == RequestState.Claimed ? [] : new[] { RequestState.Intent, last })
        {
            mine = (await _stores[0].AdvanceAsync(mine, mine.Progress with { State = state }))!;
        }

        // The other process takes this one for dead: the lock is gone, and the process is only waiting.
        var other = Open();
        var next = Request(row: 1) with { Generation = 2 };
        Assert.NotNull(await other.ClaimAsync(next, mine, default));

        Assert.Null(await _stores[0].AdvanceAsync(mine, mine.Progress with { State = RequestState.Intent }));
        Assert.Null((await _stores[0].FindAsync(mine.LedgerId, default))!.Progress.Owner);
        Assert.Null(await Open().ClaimAsync(Request(row: 1) with { Generation = 3 }, mine, default));
    }

    [SkippableFact]
    public async Task Two_doubts_that_are_settled_side_by_side_are_not_one_request()
    {
        Skip.If(IsMissing, PostgresServer.Missing);

        var doubts = new List<StoredRequest>();
        foreach (var row in (int[])[1, 2])
        {
            var claimed = (await Open().ClaimAsync(Request(row), default))!;
            var intent = (await _stores[0].AdvanceAsync(claimed, claimed.Progress with { State = RequestState.Intent, Attempt = 1 }))!;
            doubts.Add((await _stores[0].AdvanceAsync(intent, intent.Progress with { State = RequestState.InDoubt }))!);
        }

        var settled = await Task.WhenAll(doubts.Select(doubt =>
            _stores[0].AdvanceAsync(doubt, doubt.Progress with { State = RequestState.Accepted, RequestId = "r-1" }, hasOwnId: true)));

        Assert.Single(settled, one => one is not null);
    }

    [SkippableFact]
    public async Task The_address_of_an_upload_is_kept_for_its_storage_and_account_until_it_ends()
    {
        Skip.If(IsMissing, PostgresServer.Missing);

        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var place = new UploadPlace("https://rest.example", new string('a', 32), new string('b', 64), "image/png");
        var ended = new StoredUpload(place with { Sha256 = new string('c', 64) }, "https://files.example/ended", now - 1);
        var first = new StoredUpload(place, "https://files.example/1", now + 600_000);
        await Open().KeepUploadAsync(ended);
        await _stores[0].KeepUploadAsync(first);

        var other = Open();
        Assert.Equal(first, await other.FindUploadAsync(place, default));
        Assert.Null(await other.FindUploadAsync(ended.Place, default));
        Assert.Null(await other.FindUploadAsync(place with { Account = new string('d', 32) }, default));
        Assert.Null(await other.FindUploadAsync(place with { Storage = "https://else.example" }, default));
        Assert.Null(await other.FindUploadAsync(place with { ContentType = "text/plain" }, default));
        Assert.Equal(first, await other.FindUploadAsync(place with { ContentType = null }, default));

        // A second one takes the place of the first; who still thinks of the first does not take the second away.
        var second = first with { Address = "https://files.example/2" };
        await other.KeepUploadAsync(second);
        await _stores[0].ForgetUploadAsync(first);
        Assert.Equal(second, await _stores[0].FindUploadAsync(place, default));
        await _stores[0].ForgetUploadAsync(second);
        Assert.Null(await other.FindUploadAsync(place, default));
    }

    [SkippableFact]
    public async Task A_ledger_of_the_first_version_is_read_as_it_is_and_brought_forward_when_it_is_written()
    {
        Skip.If(IsMissing, PostgresServer.Missing);

        var claimed = (await Open().ClaimAsync(Request(row: 1), default))!;
        await DowngradeAsync();

        var other = Open();
        Assert.Equal(claimed, await other.FindAsync(claimed.LedgerId, default));
        Assert.Empty(await other.FileNamesAsync(claimed.LedgerId, "/out", default));
        Assert.Equal(1, await VersionAsync());
        Assert.NotNull(await other.ClaimAsync(Request(row: 2), default));
        Assert.Equal(LedgerSchema.Version, await VersionAsync());
        await other.KeepUploadAsync(new StoredUpload(new UploadPlace("s", new string('a', 32), new string('b', 64), "image/png"), "https://x.example", long.MaxValue / 2));
    }

    [SkippableFact]
    public async Task A_name_in_a_directory_is_one_requests_until_it_is_forgotten()
    {
        Skip.If(IsMissing, PostgresServer.Missing);

        var (store, other) = (Open(), Open());
        var first = (await store.ClaimAsync(Request(row: 1), default))!;
        var second = (await other.ClaimAsync(Request(row: 2), default))!;
        var names = new Dictionary<int, string> { [1] = "fox-1", [2] = "fox-2" };

        Assert.Equal(names, await store.NameFilesAsync(first.LedgerId, "/out", names, isReplacing: false));
        Assert.Equal(names, await other.FileNamesAsync(first.LedgerId, "/out", default));
        Assert.Empty(await other.NameFilesAsync(second.LedgerId, "/out", new Dictionary<int, string> { [1] = "fox-1" }, isReplacing: false));
        Assert.Single(await other.NameFilesAsync(second.LedgerId, "/elsewhere", new Dictionary<int, string> { [1] = "fox-1" }, isReplacing: false));

        // Who names them again, or continues the request elsewhere, gets what they have.
        Assert.Equal(names, await other.NameFilesAsync(first.LedgerId, "/out", new Dictionary<int, string> { [1] = "x", [2] = "y" }, isReplacing: false));
        Assert.Equal(
            new Dictionary<int, string> { [1] = "fox-1", [2] = "fox_2-2" },
            await other.NameFilesAsync(first.LedgerId, "/out", new Dictionary<int, string> { [2] = "fox_2-2" }, isReplacing: true));

        Assert.True(await store.RemoveAsync(first));
        Assert.Single(await other.NameFilesAsync(second.LedgerId, "/out", new Dictionary<int, string> { [1] = "fox-1" }, isReplacing: false));
    }

    /// <summary>Makes the ledger one of the first version.</summary>
    protected abstract Task DowngradeAsync();

    /// <summary>The version of the ledger's tables.</summary>
    protected abstract Task<long> VersionAsync();

    [SkippableFact]
    public async Task A_state_that_cannot_follow_is_refused()
    {
        Skip.If(IsMissing, PostgresServer.Missing);

        var claimed = (await Open().ClaimAsync(Request(row: 1), default))!;

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => _stores[0].AdvanceAsync(claimed, claimed.Progress with { State = RequestState.Accepted }));
    }

    [SkippableFact]
    public async Task A_row_without_an_identity_is_claimed_every_time()
    {
        Skip.If(IsMissing, PostgresServer.Missing);

        Assert.NotNull(await Open().ClaimAsync(Request(row: null), default));
        Assert.NotNull(await _stores[0].ClaimAsync(Request(row: null), default));
    }

    [SkippableFact]
    public async Task The_newest_generation_is_the_row_and_lists_leave_the_others_out()
    {
        Skip.If(IsMissing, PostgresServer.Missing);

        var first = (await Open().ClaimAsync(Request(row: 1), default))!;
        var second = (await _stores[0].ClaimAsync(Request(row: 1) with { Generation = 2 }, default))!;

        Assert.Equal(second, await _stores[0].FindRowAsync(first.Row!, default));
        Assert.Equal([second], await _stores[0].ListAsync(new LedgerQuery(), default).Select(listed => listed.Request).ToListAsync());
        Assert.Equal([first, second], await _stores[0].ListAsync(new LedgerQuery { WithSuperseded = true }, default).Select(listed => listed.Request).ToListAsync());
    }

    [SkippableFact]
    public async Task Lists_have_every_request_once_whatever_their_length_and_filter()
    {
        Skip.If(IsMissing, PostgresServer.Missing);

        var claimed = await Task.WhenAll(Enumerable.Range(0, 1203).Select(row => Open(0).ClaimAsync(Request(row), default)));
        var ended = await Task.WhenAll(claimed.Take(7)
            .Select(request => _stores[0].AdvanceAsync(request!, request!.Progress with { State = RequestState.Intent, Attempt = 1 })));

        Assert.Equal(
            claimed.Select(request => request!.LedgerId).Order(),
            (await _stores[0].ListAsync(new LedgerQuery(), default).Select(listed => listed.Request).ToListAsync()).Select(request => request.LedgerId).Order());
        Assert.Equal(
            ended.Select(request => request!.LedgerId).Order(),
            (await _stores[0].ListAsync(new LedgerQuery { States = [RequestState.Intent] }, default).Select(listed => listed.Request).ToListAsync())
                .Select(request => request.LedgerId).Order());
        Assert.Empty(await _stores[0].ListAsync(new LedgerQuery { Since = long.MaxValue }, default).Select(listed => listed.Request).ToListAsync());
        Assert.Empty(await _stores[0].ListAsync(new LedgerQuery { Before = 0 }, default).Select(listed => listed.Request).ToListAsync());
    }

    [SkippableFact]
    public async Task A_kept_answer_is_there_with_its_step_and_goes_with_its_request()
    {
        Skip.If(IsMissing, PostgresServer.Missing);

        var claimed = (await Open().ClaimAsync(Request(row: 1), default))!;
        var intent = (await _stores[0].AdvanceAsync(claimed, claimed.Progress with { State = RequestState.Intent, Attempt = 1 }))!;
        byte[] image = [.. Enumerable.Range(0, 100_000).Select(value => (byte)value)];
        var result = new StoredResult("https://queue.fal.run", "r-1", "{}"u8.ToArray(), [(1, image)]);
        var accepted = (await _stores[0].AcceptWithResultAsync(intent, intent.Progress with { State = RequestState.Accepted }, result))!;

        var kept = (await Open().ResultAsync("https://queue.fal.run", "r-1", default))!;
        Assert.Equal("{}"u8.ToArray(), kept.Item1);
        var pieces = new List<byte[]>();
        while (await _stores[1].ImageAsync(kept.Item2, 1, pieces.Count, default) is { } piece)
        {
            pieces.Add(piece);
        }

        Assert.Equal([65_536, 34_464], pieces.Select(piece => piece.Length));
        Assert.Equal(image, pieces.SelectMany(piece => piece));
        Assert.Equal("r-1", accepted.Progress.RequestId);
        Assert.True(await _stores[0].RemoveAsync(accepted));
        Assert.Null(await _stores[1].ResultAsync("https://queue.fal.run", "r-1", default));
        Assert.Null(await _stores[1].ImageAsync(kept.Item2, 1, 0, default));
        Assert.Null(await _stores[1].ImageAsync(kept.Item2, 1, 1, default));
        Assert.Empty(await _stores[1].StepsAsync(claimed.LedgerId, default));
        Assert.Null(await _stores[1].FindRowAsync(claimed.Row!, default));
    }

    [SkippableFact]
    public async Task An_image_is_not_held_whole_while_it_is_written()
    {
        Skip.If(IsMissing, PostgresServer.Missing);

        const int Pieces = 128;
        var intent = await IntentAsync(row: 1);
        var read = new List<WeakReference>();
        var mostHeld = 0;
        var image = new LateBytes(Pieces * 65_536, (from, count) =>
        {
            if (read.Count % 8 == 0)
            {
                GC.Collect();
                mostHeld = Math.Max(mostHeld, read.Count(each => each.IsAlive));
            }

            var bytes = Piece((int)(from / 65_536));
            read.Add(new WeakReference(bytes));
            return Task.FromResult(bytes);
        });

        var accepted = (await KeepAsync(intent, image))!;

        Assert.InRange(mostHeld, 0, 32);
        Assert.Equal(accepted, await Open().FindAsync(accepted.LedgerId, default));
        var (_, number) = (await _stores[1].ResultAsync("https://queue.fal.run", "r-1", default))!;
        for (var piece = 0; piece < Pieces; piece++)
        {
            Assert.Equal(Piece(piece), await _stores[1].ImageAsync(number, 1, piece, default));
        }

        Assert.Null(await _stores[1].ImageAsync(number, 1, Pieces, default));

        static byte[] Piece(int number)
        {
            var bytes = new byte[65_536];
            Array.Fill(bytes, (byte)number);
            return bytes;
        }
    }

    [SkippableFact]
    public async Task A_name_that_another_answer_of_the_host_has_is_not_taken_and_nothing_is_written()
    {
        Skip.If(IsMissing, PostgresServer.Missing);

        var result = new StoredResult("https://queue.fal.run", "r-1", "{}"u8.ToArray(), [(1, new byte[] { 1 })]);
        var first = await IntentAsync(row: 1);
        Assert.NotNull(await _stores[0].AcceptWithResultAsync(first, first.Progress with { State = RequestState.Accepted }, result));
        var second = await IntentAsync(row: 2);

        Assert.Null(await _stores[0].AcceptWithResultAsync(second, second.Progress with { State = RequestState.Accepted }, result));

        Assert.Equal(second, await _stores[0].FindAsync(second.LedgerId, default));
        Assert.NotNull(await _stores[0].AcceptWithResultAsync(
            second, second.Progress with { State = RequestState.Accepted }, result with { Name = "r-1.2" }));
    }

    [SkippableFact]
    public async Task A_row_that_has_changed_since_it_was_seen_is_not_claimed()
    {
        Skip.If(IsMissing, PostgresServer.Missing);

        var first = await IntentAsync(row: 1);
        var failed = (await _stores[0].AdvanceAsync(first, first.Progress with { State = RequestState.Failed, Owner = null }))!;
        var next = Request(row: 1) with { Generation = 2 };

        Assert.Null(await _stores[0].ClaimAsync(next, first, default));
        Assert.True(await _stores[0].RemoveAsync(failed));
        Assert.Null(await _stores[0].ClaimAsync(next, failed, default));
        Assert.NotNull(await _stores[0].ClaimAsync(next with { Generation = 1 }, seen: null, default));
        Assert.Null(await _stores[0].ClaimAsync(next with { LedgerId = LedgerEntry.NewId(), Generation = 1 }, seen: null, default));
    }

    [SkippableFact]
    public async Task Who_lets_go_lives_no_more_and_becomes_another_owner()
    {
        Skip.If(IsMissing, PostgresServer.Missing);

        var owner = await Open().OwnerAsync(default);

        await _stores[0].LetGoAsync();

        Assert.False(await Open().IsAliveAsync(owner.Id, default));
        Assert.False(await _stores[1].IsAliveAsync(owner.Id, default));
        var again = await _stores[0].OwnerAsync(default);
        Assert.NotEqual(owner.Id, again.Id);
        Assert.True(await _stores[1].IsAliveAsync(again.Id, default));
    }

    [SkippableFact]
    public async Task An_owner_lives_until_its_store_is_closed()
    {
        Skip.If(IsMissing, PostgresServer.Missing);

        var (first, second) = (Open(), Open());
        var owner = await first.OwnerAsync(default);

        Assert.True(await second.IsAliveAsync(owner.Id, default));
        Assert.Equal(owner, await second.FindOwnerAsync(owner.Id, default));
        await first.DisposeAsync();
        _ = _stores.Remove(first);
        Assert.False(await second.IsAliveAsync(owner.Id, default));
    }

    [SkippableFact]
    public async Task Nothing_is_there_and_nothing_is_created_by_reading()
    {
        Skip.If(IsMissing, PostgresServer.Missing);

        Assert.Null(await Open().FindRowAsync(Id(1), default));
        Assert.Empty(await _stores[0].ListAsync(new LedgerQuery(), default).Select(listed => listed.Request).ToListAsync());
    }

    private protected Task<StoredRequest?> KeepAsync(StoredRequest intent, LateBytes image) => _stores[0].AcceptWithResultAsync(
        intent,
        intent.Progress with { State = RequestState.Accepted },
        new StoredResult("https://queue.fal.run", "r-1", "{}"u8.ToArray(), [(1, image)]));

    private protected async Task<StoredRequest> IntentAsync(int row)
    {
        var claimed = (await Open(0).ClaimAsync(Request(row), default))!;
        return (await _stores[0].AdvanceAsync(claimed, claimed.Progress with { State = RequestState.Intent, Attempt = 1 }))!;
    }

    private LedgerStore Open() => Open(_stores.Count);

    private LedgerStore Open(int number)
    {
        if (number == _stores.Count)
        {
            _stores.Add(new LedgerStore(Database(), TimeProvider.System));
        }

        return _stores[number];
    }

    private static StoredRequest Request(int? row, string prompt = "a fox") => new()
    {
        LedgerId = LedgerEntry.NewId(),
        Row = row is { } number ? Id(number) : null,
        Subject = row is { } subject ? Id(subject + 100_000) : null,
        InputHash = Id(7),
        Provider = "fal",
        BaseUri = "https://queue.fal.run",
        Model = "fal-ai/imagen4/preview",
        Index = row ?? 1,
        Directory = "/tmp/out",
        Input = $$"""{"prompt":"{{prompt}}"}""",
    };

    private static string Id(int number) => number.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);
}
