using Imagen4.Core.Batch;
using Imagen4.Core.Ledger;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>A piece of work has one owner.</summary>
public sealed class ClaimsTests : LedgerTest
{
    private readonly LedgerEntry _entry = Sample.Entry(1);

    private RowIdentity Row => _entry.Row!;

    [Fact]
    public async Task Of_sixteen_processes_exactly_one_gets_each_of_2000_claims()
    {
        const int Rows = 2000;
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
    public async Task A_process_held_up_before_its_name_stands_in_its_claim_gives_way_to_the_one_that_took_it_for_dead()
    {
        var (slow, quick) = (Open(), Open());
        Turn? turn = null;
        slow.Claims.Created = () => turn = Turns(quick).TakeAsync(Row, named: null, CancellationToken.None).InTime().GetAwaiter().GetResult();

        Assert.False(slow.Claims.TryTake(Row.Row, 0));

        Assert.Equal(new Turn.Submit(1), turn);
        Assert.True(slow.Claims.IsWorking(quick.Owner, Row.Row, 1));
        Assert.False(quick.Claims.IsWorking(quick.Claims.OwnerOf(Row.Row, 0)!, Row.Row, 0));
        await quick.RecordAsync(LedgerStep.Delivered, Delivered(1), CancellationToken.None);
        Assert.IsType<Turn.Report>(await Turns(slow, submitsOnly: true).TakeAsync(Row, named: null, CancellationToken.None).InTime());
    }

    [Fact]
    public async Task A_process_held_up_that_comes_back_first_keeps_its_claim()
    {
        var (slow, quick) = (Open(), Open());
        using var stop = new CancellationTokenSource();
        await File.WriteAllTextAsync(Folder.Claim(Row.Row, 0), "");

        // The quick one has given the nameless claim up, and takes the next; now the name is there after all.
        quick.Claims.Created = () => File.WriteAllText(Folder.Claim(Row.Row, 0), slow.Owner);
        var waiting = Turns(quick).TakeAsync(Row, named: null, stop.Token);

        await UntilAsync(() => waiting.IsCompleted || quick.Claims.OwnerOf(Row.Row, 1) == "-");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.InTime());
    }

    [Fact]
    public async Task A_claim_of_a_living_process_is_waited_for_and_one_of_a_dead_process_is_not()
    {
        using var process = TortureProcess.Start("owner", Home.Path);
        await File.WriteAllTextAsync(Folder.Claim(Row.Row, 0), await process.ReadAsync());
        var time = new SkippingTime();
        var turn = Turns(Open(), time: time).TakeAsync(Row, named: null, CancellationToken.None);
        await UntilAsync(() => time.Waits.Count > 20);
        Assert.False(turn.IsCompleted);

        process.Kill();

        Assert.Equal(new Turn.Submit(1), await turn.InTime());
    }

    [Fact]
    public async Task A_row_that_was_never_begun_leaves_no_trace_and_the_next_batch_of_the_living_process_takes_it()
    {
        var ledger = Open();
        var held = new HeldRow(ledger, _entry, isOwn: false);
        Assert.IsType<Turn.Submit>(await held.TakeTurnAsync(Turns(ledger), named: null, CancellationToken.None).InTime());
        await held.DisposeAsync();

        Assert.Empty(Read().All());
        Assert.Equal(new Turn.Submit(1), await Turns(Open()).TakeAsync(Row, named: null, CancellationToken.None).InTime());
    }

    [Fact]
    public async Task A_row_left_by_a_batch_of_a_process_that_lives_on_is_gone_on_with_by_others()
    {
        var ledger = Open();
        var held = new HeldRow(ledger, _entry, isOwn: false);
        Assert.IsType<Turn.Submit>(await held.TakeTurnAsync(Turns(ledger), named: null, CancellationToken.None).InTime());
        await ledger.RecordAsync(LedgerStep.Intent, held.Entry, CancellationToken.None);
        await ledger.RecordAsync(LedgerStep.Accepted, held.Entry with { RequestId = "abc" }, CancellationToken.None);
        await held.DisposeAsync();

        var turn = Assert.IsType<Turn.Continue>(await Turns(Open()).TakeAsync(Row, named: null, CancellationToken.None).InTime());

        Assert.Equal(("abc", 1), (turn.Known.RequestId, turn.Claim));
    }

    private static RowTurns Turns(RequestLedger ledger, bool submitsOnly = false, TimeProvider? time = null) =>
        new(ledger, (known, _) => Task.FromResult(known), time ?? new SkippingTime()) { SubmitsOnly = submitsOnly };

    private LedgerEntry Delivered(int claim) => _entry with { Claim = claim, RequestId = "abc", Delivery = new LedgerResult() };

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Within.Deadline);
        while (!condition())
        {
            await Task.Delay(5, deadline.Token);
        }
    }
}
