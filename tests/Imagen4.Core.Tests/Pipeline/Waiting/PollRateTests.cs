using Imagen4.Core.Pipeline.Waiting;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Waiting;

/// <summary>How often a host is asked by all who wait for it together.</summary>
public sealed class PollRateTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1) / PollRate.Most;

    [Fact]
    public void A_few_at_once_are_not_held_up_and_many_get_their_turns()
    {
        var time = new ManualTime();
        var rate = new PollRate(time);

        var turns = Enumerable.Range(0, PollRate.Most).Select(_ => rate.TakeAsync(CancellationToken.None)).ToList();

        Assert.Equal(51, turns.Count(turn => turn.IsCompleted));
        time.Advance(Interval);
        Assert.Equal(52, turns.Count(turn => turn.IsCompleted));
        time.Advance(Interval * 48);
        Assert.Equal(100, turns.Count(turn => turn.IsCompleted));
    }

    [Fact]
    public void Time_that_was_not_used_is_not_saved_up()
    {
        var time = new ManualTime();
        var rate = new PollRate(time);
        time.Advance(TimeSpan.FromHours(1));

        var turns = Enumerable.Range(0, PollRate.Most).Select(_ => rate.TakeAsync(CancellationToken.None)).ToList();

        Assert.Equal(51, turns.Count(turn => turn.IsCompleted));
    }

    [Fact]
    public async Task All_who_wait_for_a_host_are_counted_and_no_other_host()
    {
        var time = new ManualTime();
        var waiter = new RequestWaiter(TimeSpan.Zero);
        await using var busy = await WebServer.AnsweringAsync(new Answer(202, """{"status":"IN_PROGRESS"}"""));
        await using var other = await WebServer.AnsweringAsync(new Answer(200, """{"status":"COMPLETED"}"""));
        using var stop = new CancellationTokenSource();

        // Each of them waits: 51 for the next time, the others for their turn.
        var waits = Enumerable.Range(0, 80)
            .Select(number => waiter.UntilEndedAsync(Reference(busy, $"r-{number}"), StatusWatch.Nothing, stop.Token))
            .ToList();
        await time.WaitsAsync(80);

        Assert.Equal(51, busy.Requests.Count);
        Assert.Equal(
            ImagenStates.Completed,
            (await waiter.UntilEndedAsync(Reference(other, "r-1"), StatusWatch.Nothing, CancellationToken.None).InTime()).State);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(waits).InTime());

        RequestReference Reference(WebServer server, string id) =>
            new FalQueueProtocol().CreateReference(TestHost.Connect(server.Address, time), TestHost.Model, id);
    }
}
