using FsCheck;
using FsCheck.Fluent;
using Imagen4.Core.Pipeline.Costs;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Costs;

public sealed class CostLimitTests
{
    private const int AtOnce = 40;

    // What a row can cost at most, what it has cost when it ends, and how long it takes, in turns of its thread.
    private static readonly Gen<Row> Rows =
        from worst in Gen.Choose(0, 30)
        from end in Gen.Choose(0, 3)
        from part in Gen.Choose(0, worst)
        from turns in Gen.Choose(0, 12)
        select new Row(worst, end switch { 0 => 0, 1 => part, _ => worst }, turns);

    [Fact]
    public void A_sum_that_no_number_can_hold_is_the_largest_there_is()
    {
        Assert.Equal(decimal.MaxValue, Money.Sum(7.9e28m, 7.9e28m));
        Assert.Equal(3.5m, Money.Sum(1.5m, 2m));
    }

    [Fact]
    public void With_forty_under_way_the_lid_is_never_passed_and_nobody_waits_for_ever() => Always.Holds(
        Rows,
        120,
        async rows =>
        {
            var limit = new CostLimit(rows.Length * 7);
            var truth = new Truth(rows.Length * 7);
            using var slots = new SemaphoreSlim(AtOnce);
            var went = await Task.WhenAll(rows.Select(row => Task.Run(() => RunAsync(row, limit, truth, slots)))).InTime();

            Assert.False(truth.WasPassed);
            Assert.Equal(truth.Paid, limit.Counted.Amount);

            // Nothing is held back that would have fitted at the end.
            var cheapest = rows.Where((_, at) => !went[at]).Select(row => (decimal)row.Worst).DefaultIfEmpty(decimal.MaxValue).Min();
            Assert.True(cheapest > limit.Limit - truth.Paid);
        },
        cases: 1000);

    [Fact]
    public async Task A_row_that_does_not_fit_yet_waits_for_one_that_may_come_out_cheaper_and_so_does_what_is_behind_it()
    {
        var limit = new CostLimit(10);
        Assert.True(await limit.EnterAsync(8, CancellationToken.None));
        var second = limit.EnterAsync(5, CancellationToken.None).AsTask();
        var third = limit.EnterAsync(1, CancellationToken.None).AsTask();
        Assert.False(second.IsCompleted || third.IsCompleted);

        limit.Leave(8, paid: 4);

        Assert.True(await second.InTime());
        Assert.True(await third.InTime());
        Assert.Equal(10, limit.Counted.Amount);
    }

    [Fact]
    public async Task A_row_that_can_fit_no_more_is_held_back_at_once()
    {
        var limit = new CostLimit(10);
        limit.AddPaid(6);
        Assert.True(await limit.EnterAsync(1, CancellationToken.None));

        Assert.False(await limit.EnterAsync(5, CancellationToken.None));
        Assert.True(await limit.EnterAsync(3, CancellationToken.None));
    }

    [Fact]
    public async Task What_waits_is_held_back_when_the_last_one_under_way_has_cost_its_worst()
    {
        var limit = new CostLimit(10);
        Assert.True(await limit.EnterAsync(8, CancellationToken.None));
        var waiting = limit.EnterAsync(5, CancellationToken.None).AsTask();

        limit.Leave(8, paid: 8);

        Assert.False(await waiting.InTime());
    }

    [Fact]
    public async Task What_was_submitted_before_counts_at_its_worst_until_it_has_come_to_its_end()
    {
        var limit = new CostLimit(10);
        limit.AddOpen(8);
        Assert.False(await limit.EnterAsync(5, CancellationToken.None));

        limit.Resume();
        var waiting = limit.EnterAsync(5, CancellationToken.None).AsTask();
        limit.Leave(8, paid: 2);

        Assert.True(await waiting.InTime());
    }

    [Fact]
    public async Task A_host_that_bills_more_than_was_estimated_is_counted_as_it_says_and_nothing_more_goes()
    {
        var limit = new CostLimit(10);
        Assert.True(await limit.EnterAsync(1, CancellationToken.None));
        limit.Leave(1, paid: decimal.MaxValue);

        Assert.False(await limit.EnterAsync(0.01m, CancellationToken.None));
        limit.AddPaid(1);
        Assert.Equal(decimal.MaxValue, limit.Counted.Amount);
    }

    [Fact]
    public async Task What_must_not_wait_goes_now_or_not_at_all()
    {
        var limit = new CostLimit(10);
        Assert.True(await limit.EnterAsync(8, CancellationToken.None));

        Assert.False(limit.TryEnter(3));
        Assert.True(limit.TryEnter(2));
        Assert.Equal(10, limit.Counted.Amount);
    }

    [Fact]
    public async Task A_lid_of_nothing_lets_go_what_costs_nothing()
    {
        var limit = new CostLimit(0);

        Assert.True(await limit.EnterAsync(0, CancellationToken.None));
        Assert.False(await limit.EnterAsync(0.001m, CancellationToken.None));
    }

    [Fact]
    public async Task One_that_is_stopped_while_it_waits_holds_nobody_up()
    {
        var limit = new CostLimit(10);
        Assert.True(await limit.EnterAsync(8, CancellationToken.None));
        using var stop = new CancellationTokenSource();
        var waiting = limit.EnterAsync(9, stop.Token).AsTask();
        var behind = limit.EnterAsync(2, CancellationToken.None).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.InTime());
        Assert.True(await behind.InTime());
    }

    [Fact]
    public void Amounts_of_two_currencies_are_told_apart_and_one_without_goes_with_any()
    {
        var limit = new CostLimit(10);

        Assert.Null(limit.OtherCurrency(null));
        Assert.Null(limit.OtherCurrency("USD"));
        Assert.Null(limit.OtherCurrency("USD"));
        Assert.Null(limit.OtherCurrency(null));
        Assert.Equal("USD", limit.OtherCurrency("EUR"));
    }

    private static async Task<bool> RunAsync(Row row, CostLimit limit, Truth truth, SemaphoreSlim slots)
    {
        await slots.WaitAsync();
        try
        {
            if (!await limit.EnterAsync(row.Worst, CancellationToken.None))
            {
                return false;
            }

            truth.Begin(row.Worst);
            for (var turn = 0; turn < row.Turns; turn++)
            {
                await Task.Yield();
            }

            truth.End(row.Worst, row.Paid);
            limit.Leave(row.Worst, row.Paid);
            return true;
        }
        finally
        {
            slots.Release();
        }
    }

    private sealed record Row(int Worst, int Paid, int Turns);

    // What a bill would say, with all that is under way at its worst.
    private sealed class Truth(decimal limit)
    {
        private readonly Lock _lock = new();
        private decimal _open;

        public decimal Paid { get; private set; }

        public bool WasPassed { get; private set; }

        public void Begin(decimal worst)
        {
            lock (_lock)
            {
                _open += worst;
                WasPassed |= Paid + _open > limit;
            }
        }

        public void End(decimal worst, decimal paid)
        {
            lock (_lock)
            {
                _open -= worst;
                Paid += paid;
            }
        }
    }
}
