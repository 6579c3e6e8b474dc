using Imagen4.Core.Ledger;
using Imagen4.Core.Requests;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Requests;

/// <summary>A row that is forgotten while others work on it is still submitted by one of them only.</summary>
[Collection(RunsAlone.Name)]
public sealed class RequestRemovalTests : EnvironmentTest, IAsyncLifetime
{
    private readonly List<RequestLedger> _ledgers = [];

    private static RowIdentity Row => Sample.Entry(1).Row!;

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync()
    {
        await RequestLedger.Shared.DisposeAsync();
        foreach (var ledger in _ledgers)
        {
            await ledger.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_row_that_another_run_has_taken_and_not_yet_sent_is_left_to_that_run()
    {
        await EndAsync(claim: 0, LedgerStep.Failed);
        await EndAsync(claim: 1, LedgerStep.Failed);
        var (waiting, late) = (Open(), Open());

        // It waits at its host's gate: its claim is all there is of it.
        Assert.Equal(new Turn.Submit(2), await Turns(waiting).TakeAsync(Row, named: null, CancellationToken.None).InTime());
        await ForgetAllAsync();

        var time = new SkippingTime();
        var turn = Turns(late, time: time).TakeAsync(Row, named: null, CancellationToken.None);
        await UntilAsync(() => turn.IsCompleted || time.Waits.Count > 30);
        Assert.False(turn.IsCompleted, "Two runs submit the row.");

        waiting.Claims.Abandon(Row.Row, 2);
        Assert.Equal(new Turn.Submit(3), await turn.InTime());
    }

    [Fact]
    public async Task A_row_that_is_forgotten_and_begun_anew_between_the_look_at_it_and_its_claim_is_left_to_whoever_began()
    {
        await EndAsync(claim: 0, LedgerStep.Failed);
        await EndAsync(claim: 1, LedgerStep.InDoubt);
        var (slow, late) = (Open(), Open());
        Turn? other = null;
        var time = new SkippingTime();
        using var stop = new CancellationTokenSource();
        var turn = Turns(slow, time: time, settle: async known =>
        {
            await ForgetAllAsync();
            other = await Turns(late).TakeAsync(Row, named: null, CancellationToken.None).InTime();
            return known with { Step = LedgerStep.NotSubmitted };
        }).TakeAsync(Row, named: null, stop.Token);

        await UntilAsync(() => turn.IsCompleted || time.Waits.Count > 30);
        Assert.Equal(new Turn.Submit(0), other);
        Assert.False(turn.IsCompleted, "Two runs submit the row.");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => turn.InTime());
    }

    [Fact]
    public async Task A_row_nobody_works_on_leaves_no_claim_behind()
    {
        await EndAsync(claim: 0, LedgerStep.Failed);
        await EndAsync(claim: 1, LedgerStep.Failed);
        var stopped = Open();
        Assert.True(stopped.Claims.TryTake(Row.Row, 2));
        stopped.Claims.Abandon(Row.Row, 2);

        await ForgetAllAsync();

        Assert.Empty(Directory.EnumerateFiles(stopped.Folder.Claims));
        Assert.Equal(new Turn.Submit(0), await Turns(Open()).TakeAsync(Row, named: null, CancellationToken.None).InTime());
    }

    private RequestLedger Open()
    {
        var ledger = new RequestLedger(Home.Path, TimeProvider.System);
        _ledgers.Add(ledger);
        return ledger;
    }

    // A run that has come to its end with the row.
    private async Task EndAsync(int claim, LedgerStep step)
    {
        var ledger = Open();
        Assert.True(ledger.Claims.TryTake(Row.Row, claim));
        await ledger.RecordAsync(step, Sample.Entry(1) with { Claim = claim, IsLeft = true }, CancellationToken.None);
        ledger.Claims.Leave(Row.Row, claim);
    }

    private static async Task ForgetAllAsync()
    {
        var book = new RequestBook();
        book.Refresh();
        _ = await new RequestRemoval(TimeProvider.System).RunAsync([.. book.Find(new RequestFilter { History = true })]);
    }

    private static RowTurns Turns(RequestLedger ledger, TimeProvider? time = null, Func<LedgerRequest, Task<LedgerRequest>>? settle = null) =>
        new(ledger, (known, _) => settle is null ? Task.FromResult(known) : settle(known), time ?? new SkippingTime());

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Within.Deadline);
        while (!condition())
        {
            await Task.Delay(5, deadline.Token);
        }
    }
}
