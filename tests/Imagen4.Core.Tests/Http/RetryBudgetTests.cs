using Imagen4.Core.Http;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Http;

/// <summary>Repeats are paid from what the host has answered before: an outage is not multiplied.</summary>
public sealed class RetryBudgetTests
{
    [Fact]
    public async Task A_thousand_reads_during_an_outage_are_at_most_a_tenth_more_calls()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(503));

        await Parallel.ForAsync(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 20 }, async (_, cancellation) =>
            Assert.Equal(503, (int)(await TestHost.Connect(server.Address, new SkippingTime()).GetAsync(server.Address, cancellation)).Status));

        Assert.InRange(server.Requests.Count, 1000, 1100);
    }

    [Fact]
    public async Task Reads_that_come_through_in_the_end_are_repeated_without_end()
    {
        var calls = 0;
        await using var server = await WebServer.StartAsync(
            context => new Answer(Interlocked.Increment(ref calls) % 2 == 0 ? 200 : 503).WriteAsync(context));
        var host = TestHost.Connect(server.Address, new SkippingTime());

        for (var read = 0; read < 200; read++)
        {
            Assert.Equal(200, (int)(await host.GetAsync(server.Address, CancellationToken.None).InTime()).Status);
        }
    }

    [Fact]
    public void A_repeat_that_was_answered_gets_its_price_back_and_five_first_answers_pay_for_one()
    {
        var budget = Empty("http://a.test/x");
        budget.Answered(wasRepeat: true);
        Assert.True(budget.TryTake());
        Assert.False(budget.TryTake());

        for (var answer = 0; answer < 4; answer++)
        {
            budget.Answered(wasRepeat: false);
            Assert.False(budget.TryTake());
        }

        budget.Answered(wasRepeat: false);
        Assert.True(budget.TryTake());
    }

    [Fact]
    public void It_never_holds_more_than_at_the_start()
    {
        var budget = RetryBudget.For(new Uri("http://b.test"));
        for (var answer = 0; answer < 1000; answer++)
        {
            budget.Answered(wasRepeat: true);
        }

        Assert.Equal(80, Enumerable.Range(0, 1000).Count(_ => budget.TryTake()));
    }

    [Fact]
    public void A_host_has_one_whatever_the_address_and_no_other_host_shares_it()
    {
        Empty("https://c.test/a");

        Assert.False(RetryBudget.For(new Uri("https://C.test:443/b?c")).TryTake());
        Assert.True(RetryBudget.For(new Uri("https://c.test:444/a")).TryTake());
    }

    private static RetryBudget Empty(string address)
    {
        var budget = RetryBudget.For(new Uri(address));
        while (budget.TryTake())
        {
            // Until nothing is left.
        }

        return budget;
    }
}
