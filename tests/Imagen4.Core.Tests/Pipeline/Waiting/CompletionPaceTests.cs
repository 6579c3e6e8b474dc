using System.Collections.Concurrent;
using Imagen4.Core.Pipeline.Waiting;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Waiting;

/// <summary>When a host is asked where there is no stream: as late as the model's requests end, and often then.</summary>
public sealed class CompletionPaceTests
{
    private static readonly Answer Running = new(202, """{"status":"IN_PROGRESS"}""");
    private static readonly Answer Done = new(200, """{"status":"COMPLETED"}""");

    [Fact]
    public void Nothing_is_known_before_the_first_has_ended() => Assert.Null(new CompletionPace().Pause(TimeSpan.FromSeconds(1)));

    [Fact]
    public void A_host_that_is_done_at_once_is_not_asked_without_a_pause()
    {
        var pace = new CompletionPace();
        pace.Add(TimeSpan.Zero);

        Assert.Equal(TimeSpan.FromMilliseconds(50), pace.Pause(TimeSpan.FromMilliseconds(1)));
    }

    // Against what asks every half second, the usual way.
    [Theory]
    [InlineData(1.3, 0)]
    [InlineData(1.3, 0.3)]
    [InlineData(5, 1)]
    [InlineData(20, 4)]
    public void An_end_is_noticed_twice_as_soon_as_by_asking_every_half_second_with_no_more_requests(double mean, double spread)
    {
        var random = new Random(7);
        var pace = new CompletionPace();
        var (asks, fixedAsks) = (0, 0);
        var (lags, fixedLags) = (new List<double>(), new List<double>());
        for (var request = 0; request < 500; request++)
        {
            var end = mean + (spread * ((2 * random.NextDouble()) - 1));
            var at = 0.0;
            var schedule = new PollSchedule(pace, () => TimeSpan.FromSeconds(at));
            at += schedule.Begin().TotalSeconds;
            var asked = 1;
            while (at < end)
            {
                at += schedule.Next().TotalSeconds;
                asked++;
            }

            pace.Add(TimeSpan.FromSeconds(at));
            if (request >= 20)
            {
                asks += asked;
                lags.Add(at - end);
                fixedAsks += 1 + (int)Math.Ceiling(end / 0.5);
                fixedLags.Add((Math.Ceiling(end / 0.5) * 0.5) - end);
            }
        }

        Assert.InRange(asks, 1, fixedAsks);
        Assert.InRange(lags.Order().ElementAt(lags.Count / 2), 0, Math.Max(0.06, fixedLags.Order().ElementAt(fixedLags.Count / 2) / 2));
    }

    [Fact]
    public void It_follows_a_host_that_has_become_slower()
    {
        var pace = new CompletionPace();
        foreach (var seconds in Enumerable.Repeat(1.0, 50).Concat(Enumerable.Repeat(9.0, 50)))
        {
            pace.Add(TimeSpan.FromSeconds(seconds));
        }

        Assert.InRange(pace.Pause(TimeSpan.FromSeconds(6))!.Value.TotalSeconds, 1, 2.5);
    }

    [Fact]
    public void Whoever_takes_longer_than_the_others_is_asked_for_less_and_less_often()
    {
        var pace = new CompletionPace();
        foreach (var _ in Enumerable.Range(0, 50))
        {
            pace.Add(TimeSpan.FromSeconds(1));
        }

        var pauses = new[] { 1.0, 2, 4, 100 }.Select(seconds => pace.Pause(TimeSpan.FromSeconds(seconds))!.Value.TotalSeconds).ToList();

        Assert.Equal(pauses.Order(), pauses);
        Assert.Equal((0.05, 2.5), (pauses[0], pauses[^1]));
    }

    [Fact]
    public async Task The_host_is_first_asked_when_the_requests_before_have_ended()
    {
        var time = new SkippingTime();
        var waiter = new RequestWaiter(TimeSpan.Zero);
        await using var server = await WebServer.AnsweringAsync(Running, Running, Running, Done);
        _ = await waiter.UntilEndedAsync(Reference(server, time, "r-1"), StatusWatch.Nothing, CancellationToken.None).InTime();
        var waits = time.Waits.Count;

        _ = await waiter.UntilEndedAsync(Reference(server, time, "r-2"), StatusWatch.Nothing, CancellationToken.None).InTime();

        Assert.Equal(waits + 1, time.Waits.Count);
        Assert.Equal(5, server.Requests.Count);
        Assert.InRange(time.Waits[^1], time.Waits.Take(waits).Aggregate((sum, wait) => sum + wait) * 0.4, TimeSpan.FromSeconds(2.75));
    }

    [Fact]
    public async Task What_one_host_takes_says_nothing_of_another_with_the_same_model()
    {
        var time = new SkippingTime();
        var waiter = new RequestWaiter(TimeSpan.Zero);
        await using var slow = await WebServer.AnsweringAsync(Running, Running, Running, Done);
        await using var fast = await WebServer.AnsweringAsync(Done);
        _ = await waiter.UntilEndedAsync(Reference(slow, time, "r-1"), StatusWatch.Nothing, CancellationToken.None).InTime();
        var waits = time.Waits.Count;

        _ = await waiter.UntilEndedAsync(Reference(fast, time, "r-2"), StatusWatch.Nothing, CancellationToken.None).InTime();

        Assert.Equal(waits, time.Waits.Count);
        Assert.Single(fast.Requests);
    }

    [Fact]
    public async Task Beyond_a_hundred_requests_the_host_is_asked_instead_of_being_kept_on_the_line()
    {
        const int Waited = 130;
        var hasEnded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (streams, polled) = (new ConcurrentDictionary<string, bool>(), new ConcurrentDictionary<string, bool>());
        var allThere = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await WebServer.StartAsync(async context =>
        {
            var path = context.Request.Path.Value!;
            _ = (path.EndsWith("/stream", StringComparison.Ordinal) ? streams : polled).TryAdd(path, true);
            if (streams.Count + polled.Count == Waited)
            {
                _ = allThere.TrySetResult();
            }

            if (path.EndsWith("/stream", StringComparison.Ordinal))
            {
                await hasEnded.Task.InTime();
                await new Answer(200, "data: {\"status\":\"COMPLETED\"}\n\n", "text/event-stream").WriteAsync(context);
                return;
            }

            await (hasEnded.Task.IsCompleted ? Done : Running).WriteAsync(context);
        });
        var waiter = new RequestWaiter(TimeSpan.Zero);

        var waits = Enumerable.Range(0, Waited)
            .Select(number => waiter.UntilEndedAsync(Streamed(server, $"r-{number}"), StatusWatch.Nothing, CancellationToken.None))
            .ToList();
        await allThere.Task.InTime();
        Assert.Equal((100, 30), (streams.Count, polled.Count));
        hasEnded.SetResult();

        Assert.All(await Task.WhenAll(waits).InTime(), status => Assert.Equal(ImagenStates.Completed, status.State));
    }

    // Of a host without streams.
    private static RequestReference Reference(WebServer server, TimeProvider time, string id) =>
        new FalQueueProtocol().CreateReference(TestHost.Connect(server.Address, time), TestHost.Model, id) with { IsFresh = true };

    private static RequestReference Streamed(WebServer server, string id) =>
        new FalQueueProtocol().CreateReference(
            TestHost.Connect(TestHost.Profile(server.Address) with { Offers = [HostOffer.Stream] }, TimeProvider.System), TestHost.Model, id);
}
