using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.Sqlite;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Pipeline.Requests;

/// <summary>A row that is forgotten while others work on it is still submitted by one of them only.</summary>
[Collection(RunsAlone.Name)]
public sealed class RequestRemovalTests : EnvironmentTest, IAsyncLifetime
{
    private readonly List<RequestLedger> _ledgers = [];

    private static LedgerEntry Entry => Sample.Entry(1);

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync()
    {
        await TestClient.Ledger.DisposeAsync();
        foreach (var ledger in _ledgers)
        {
            await ledger.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_row_that_another_run_has_taken_and_not_yet_sent_is_left_to_that_run()
    {
        await PutAsync(RequestState.Failed, RequestState.Failed);
        var (waiting, late) = (Open(), Open());

        // It waits at its host's gate: its claim is all there is of it.
        var taken = Entry;
        Assert.IsType<ClaimOutcome.Submit>(await Claims(waiting).ClaimAsync(taken, named: null, CancellationToken.None).InTime());
        await ForgetAllAsync();

        var time = new SkippingTime();
        var turn = Claims(late, time: time).ClaimAsync(Entry, named: null, CancellationToken.None);
        await UntilAsync(() => turn.IsCompleted || time.Waits.Count > 30);
        Assert.False(turn.IsCompleted, "Two runs submit the row.");

        await waiting.ReleaseAsync(taken.LedgerId);
        Assert.IsType<ClaimOutcome.Submit>(await turn.InTime());
    }

    [Fact]
    public async Task A_row_that_is_forgotten_and_begun_anew_between_the_look_at_it_and_its_claim_is_left_to_whoever_began()
    {
        await PutAsync(RequestState.Failed, RequestState.InDoubt);
        var (slow, late) = (Open(), Open());
        ClaimOutcome? other = null;
        var time = new SkippingTime();
        using var stop = new CancellationTokenSource();
        var turn = Claims(slow, time: time, settle: async known =>
        {
            var settled = await slow.SettleAsync(RequestState.NotSubmitted, known);
            await ForgetAllAsync();
            other = await Claims(late).ClaimAsync(Entry, named: null, CancellationToken.None).InTime();
            return settled;
        }).ClaimAsync(Entry, named: null, stop.Token);

        await UntilAsync(() => turn.IsCompleted || time.Waits.Count > 30);
        Assert.IsType<ClaimOutcome.Submit>(other);
        Assert.False(turn.IsCompleted, "Two runs submit the row.");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => turn.InTime());
    }

    [Fact]
    public async Task What_was_sent_stands_nowhere_once_it_is_forgotten()
    {
        await PutAsync(RequestState.Failed, RequestState.Delivered);
        Assert.NotEmpty(FilesWith("red fox"));

        Assert.Equal(0, await ForgetAllAsync());

        Assert.Empty(FilesWith("red fox"));
        Assert.Null(Open().OfRow(Entry.Row!));
    }

    [Fact]
    public async Task What_another_process_is_reading_just_now_is_said_to_be_there_still()
    {
        await PutAsync(RequestState.Failed);
        using var reading = new SqliteDatabase(Home.Path).OpenToRead()!;
        using var command = reading.CreateCommand();
        command.CommandText = "BEGIN; SELECT COUNT(*) FROM request";
        _ = command.ExecuteScalar();

        Assert.Equal(1, await ForgetAllAsync());

        Assert.Null(Open().OfRow(Entry.Row!));
    }

    [Fact]
    public async Task What_goes_on_meanwhile_is_not_forgotten()
    {
        await PutAsync(RequestState.Expired);
        var chosen = Assert.Single(TestClient.Client.Requests.Find(new RequestFilter()));
        var other = Open();
        Assert.NotNull(await other.AdoptAsync(other.OfLedgerId(chosen.LedgerId)!, CancellationToken.None));

        _ = await TestClient.Client.Remove().RunAsync([chosen]);

        Assert.NotNull(other.OfLedgerId(chosen.LedgerId));
    }

    [Fact]
    public async Task What_another_programs_lock_has_held_up_is_not_done_after_a_stop()
    {
        await PutAsync(RequestState.Delivered);
        var chosen = Assert.Single(TestClient.Client.Requests.Find(new RequestFilter()));
        using var stop = new CancellationTokenSource();
        Task<int> removing;
        using (var other = new SqliteDatabase(Home.Path).OpenToRead()!)
        using (var command = other.CreateCommand())
        {
            command.CommandText = "BEGIN IMMEDIATE";
            _ = command.ExecuteNonQuery();
            removing = TestClient.Client.Remove().RunAsync([chosen], stop.Token);
            await stop.CancelAsync();
            command.CommandText = "COMMIT";
            _ = command.ExecuteNonQuery();
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => removing.InTime());

        Assert.NotNull(Open().OfRow(Entry.Row!));
        Assert.Equal(0, await TestClient.Client.Remove().RunAsync([chosen], CancellationToken.None));
        Assert.Null(Open().OfRow(Entry.Row!));
    }

    [Fact]
    public async Task Nor_is_a_doubt_settled_after_one()
    {
        await PutAsync(RequestState.InDoubt);
        var doubt = Assert.Single(TestClient.Client.Requests.Find(new RequestFilter { States = [ImagenStates.InDoubt] }));
        var resolution = TestClient.Client.Resolve(new BatchOptions());
        using var stop = new CancellationTokenSource();
        Task<RowOutcome<ImagenRequest>> settling;
        using (var other = new SqliteDatabase(Home.Path).OpenToRead()!)
        using (var command = other.CreateCommand())
        {
            command.CommandText = "BEGIN IMMEDIATE";
            _ = command.ExecuteNonQuery();
            settling = resolution.RefuseAsync(doubt, stop.Token);
            await stop.CancelAsync();
            command.CommandText = "COMMIT";
            _ = command.ExecuteNonQuery();
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => settling.InTime());

        Assert.Equal(RequestState.InDoubt, Open().OfRow(Entry.Row!)!.Step);
        Assert.Null((await resolution.RefuseAsync(doubt, CancellationToken.None)).Error);
        Assert.Equal(RequestState.NotSubmitted, Open().OfRow(Entry.Row!)!.Step);
    }

    [Theory]
    [InlineData("UPDATE progress SET steps = 77")]
    [InlineData("UPDATE request SET input = '{}'")]
    [InlineData("DELETE FROM progress")]
    public async Task What_is_damaged_is_forgotten_once_it_is_named(string damage)
    {
        await PutAsync(RequestState.Delivered);
        using (var connection = new SqliteDatabase(Home.Path).OpenToRead()!)
        using (var command = connection.CreateCommand())
        {
#pragma warning disable CA2100 // A constant of the test.
            command.CommandText = damage;
#pragma warning restore CA2100
            Assert.Equal(1, command.ExecuteNonQuery());
        }

        var book = TestClient.Client.Requests;
        var damaged = book.OfLedgerId(Open().OfRow(Entry.Row!)!.LedgerId);
        Assert.True(damaged.IsDamaged);
        Assert.False(damaged.IsFinished);
        RequestRemoval.RequireFinished(damaged);

        Assert.Equal(0, await TestClient.Client.Remove().RunAsync([damaged]));

        Assert.Null(Open().OfRow(Entry.Row!));
        Assert.Empty(FilesWith("red fox"));
    }

    private RequestLedger Open()
    {
        var ledger = new RequestLedger(new SqliteDatabase(Home.Path), TimeProvider.System);
        _ledgers.Add(ledger);
        return ledger;
    }

    // Runs that have come to their end with the row.
    private Task PutAsync(params RequestState[] ends) => Sample.PutAsync(
        Home.Path, [.. ends.Select((state, number) => Sample.Stored(Entry, state) with { Generation = number + 1 })]);

    private static async Task<int> ForgetAllAsync() =>
        await TestClient.Client.Remove().RunAsync([.. TestClient.Client.Requests.Find(new RequestFilter { History = true }).Where(known => known.IsFinished)]);

    private IEnumerable<string> FilesWith(string text) => Home.Names
        .Where(name => File.Exists(Home.At(name)))
        .Where(name =>
        {
            using var file = new FileStream(Home.At(name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file, System.Text.Encoding.Latin1);
            return reader.ReadToEnd().Contains(text, StringComparison.Ordinal);
        });

    private static RowClaims Claims(RequestLedger ledger, TimeProvider? time = null, Func<LedgerRequest, Task<LedgerRequest?>>? settle = null) =>
        new(ledger, (known, _) => settle is null ? Task.FromResult<LedgerRequest?>(known) : settle(known), time ?? new SkippingTime());

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Within.Deadline);
        while (!condition())
        {
            await Task.Delay(5, deadline.Token);
        }
    }
}
