using System.Globalization;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>A piece of work has one owner.</summary>
public sealed class ClaimsTests : LedgerTest
{
    private readonly LedgerEntry _entry = Sample.Entry(1);

    [Fact]
    public async Task Of_sixteen_processes_exactly_one_gets_each_of_200_claims()
    {
        const int Rows = 200;
        var processes = Enumerable.Range(0, 16).Select(_ => TortureProcess.Start("claims", Home.Path, $"{Rows}")).ToList();
        try
        {
            foreach (var process in processes)
            {
                Assert.Equal("ready", await process.ReadAsync());
            }

            processes.ForEach(process => process.Go());
            var won = await Task.WhenAll(processes.Select(process => process.ReadUntilAsync("done")));

            Assert.Equal(Enumerable.Range(0, Rows), won.SelectMany(rows => rows).Select(int.Parse).Order());
        }
        finally
        {
            processes.ForEach(process => process.Dispose());
        }
    }

    [Fact]
    public async Task A_claim_of_a_living_process_is_waited_for_and_one_of_a_dead_process_is_not()
    {
        using var process = TortureProcess.Start("owner", Home.Path);
        await PutAsync(RequestState.Claimed, long.Parse((await process.ReadAsync())!, CultureInfo.InvariantCulture));
        var time = new SkippingTime();
        var turn = Claims(Open(), time: time).ClaimAsync(_entry with { LedgerId = LedgerEntry.NewId() }, named: null, CancellationToken.None);
        await UntilAsync(() => time.Waits.Count > 20);
        Assert.False(turn.IsCompleted);

        process.Kill();

        Assert.IsType<ClaimOutcome.Submit>(await turn.InTime());
    }

    [Fact]
    public async Task A_row_that_was_never_begun_leaves_no_trace_and_the_next_batch_of_the_living_process_takes_it()
    {
        var ledger = Open();
        var held = new ClaimedRow(ledger, _entry, isOwn: false, named: null);
        Assert.IsType<ClaimOutcome.Submit>(await held.ClaimAsync(Claims(ledger), CancellationToken.None).InTime());
        await held.DisposeAsync();

        Assert.Empty(All());
        Assert.IsType<ClaimOutcome.Submit>(await Claims(Open()).ClaimAsync(_entry, named: null, CancellationToken.None).InTime());
    }

    [Fact]
    public async Task A_row_left_by_a_batch_of_a_process_that_lives_on_is_gone_on_with_by_others()
    {
        var ledger = Open();
        var held = new ClaimedRow(ledger, _entry, isOwn: false, named: null);
        Assert.IsType<ClaimOutcome.Submit>(await held.ClaimAsync(Claims(ledger), CancellationToken.None).InTime());
        await ledger.RecordAsync(RequestState.Intent, held.Entry, CancellationToken.None);
        await ledger.RecordAsync(RequestState.Accepted, held.Entry with { RequestId = "abc" }, CancellationToken.None);
        await held.DisposeAsync();

        var turn = Assert.IsType<ClaimOutcome.Continue>(
            await Claims(Open()).ClaimAsync(_entry with { LedgerId = LedgerEntry.NewId() }, named: null, CancellationToken.None).InTime());

        Assert.Equal(("abc", true), (turn.Known.RequestId, turn.IsClaimed));
    }

    [Fact]
    public async Task Who_has_been_taken_over_is_told_before_anything_is_sent()
    {
        var (slow, quick) = (Open(), Open());
        Assert.True(await slow.ClaimAsync(_entry, newest: null, isSeen: true, CancellationToken.None));
        Assert.NotNull(await quick.AdoptAsync(quick.OfRow(_entry.Row!)!, CancellationToken.None));

        var error = await Assert.ThrowsAsync<LedgerUnavailableException>(
            () => slow.RecordAsync(RequestState.Intent, _entry, CancellationToken.None).AsTask());

        Assert.StartsWith("Row 1: another process has taken over this row", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_host_said_after_its_row_was_taken_over_is_not_lost()
    {
        var (slow, quick) = (Open(), Open());
        Assert.True(await slow.ClaimAsync(_entry, newest: null, isSeen: true, CancellationToken.None));
        await slow.RecordAsync(RequestState.Intent, _entry, CancellationToken.None);
        Assert.NotNull(await quick.SettleAsync(RequestState.InDoubt, quick.OfRow(_entry.Row!)!));

        await slow.RecordAsync(RequestState.Accepted, _entry with { RequestId = "abc" }, CancellationToken.None);

        var known = quick.OfRow(_entry.Row!)!;
        Assert.Equal((RequestState.Accepted, "abc"), (known.Step, known.RequestId));
    }

    [Fact]
    public async Task Less_than_is_known_already_changes_nothing()
    {
        await PutAsync(RequestState.Delivered, owner: null);
        var ledger = Open();

        await ledger.RecordAsync(RequestState.Failed, _entry with { Error = "late" }, CancellationToken.None);

        var known = ledger.OfRow(_entry.Row!)!;
        Assert.Equal((RequestState.Delivered, null), (known.Step, known.Error));
    }

    private Task PutAsync(RequestState state, long? owner) => Sample.PutAsync(Home.Path, Sample.Stored(_entry, state, owner));

    private static RowClaims Claims(RequestLedger ledger, TimeProvider? time = null) =>
        new(ledger, (known, _) => Task.FromResult<LedgerRequest?>(known), time ?? new SkippingTime());

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Within.Deadline);
        while (!condition())
        {
            await Task.Delay(5, deadline.Token);
        }
    }
}
