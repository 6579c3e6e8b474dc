using Imagen4.Core.Ledger.States;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Pipeline.Work;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Submission;

public sealed class SubmitterTests : SubmitterTest
{
    [Fact]
    public async Task A_throttled_request_is_sent_again_after_the_wait_the_host_asks_for()
    {
        await using var server = await WebServer.AnsweringAsync(Throttled("17"), Throttled("3"), new Answer(200, Accepted));

        var acceptance = await SubmitAsync(server.Address);

        Assert.Equal("r-1", acceptance!.Request.RequestId);
        Assert.Equal([TimeSpan.FromSeconds(17), TimeSpan.FromSeconds(3)], Time.Waits);
        Assert.Equal(
            [RequestState.Intent, RequestState.Throttled, RequestState.Intent, RequestState.Throttled, RequestState.Intent, RequestState.Accepted], Ledger.Steps);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT")]
    public async Task A_host_that_asks_for_no_wait_gets_the_usual_one_all_the_same(string retryAfter)
    {
        await using var server = await WebServer.AnsweringAsync(Throttled(retryAfter));

        await Assert.ThrowsAsync<RateLimitedException>(() => SubmitAsync(server.Address));

        Assert.Equal(10, server.Requests.Count);
        Assert.Equal(9, Time.Waits.Count);
        Assert.All(Time.Waits, (wait, attempt) => Assert.True(wait >= TimeSpan.FromSeconds(Math.Min(0.5 * Math.Pow(2, attempt), 30)), $"{wait}"));
    }

    [Fact]
    public async Task A_row_waits_no_longer_than_its_limit()
    {
        await using var server = await WebServer.AnsweringAsync(Throttled("17"));
        var submitter = new Submitter(Ledger, new ThrottleGates(), Breaker, TestClient.Protocols, new BatchCounts())
        {
            TimeLimit = TimeSpan.FromSeconds(60),
        };

        await Assert.ThrowsAsync<RateLimitedException>(() =>
            submitter.SubmitAsync(TestHost.Connect(server.Address, Time), Entry(), CancellationToken.None).InTime());

        Assert.Equal(4, server.Requests.Count);
        Assert.Equal(TimeSpan.FromSeconds(51), Time.Waits.Aggregate(TimeSpan.Zero, (all, wait) => all + wait));
        Assert.Equal(RequestState.Throttled, Ledger.Steps[^1]);
    }

    [Fact]
    public async Task The_wait_may_be_a_date()
    {
        var now = new DateTimeOffset(2030, 5, 6, 7, 8, 9, TimeSpan.Zero);
        (string, string)[] headers = [("Date", $"{now:R}"), ("Retry-After", $"{now.AddSeconds(25):R}")];
        await using var server = await WebServer.AnsweringAsync(new Answer(429) { Headers = headers }, new Answer(200, Accepted));

        await SubmitAsync(server.Address);

        Assert.Equal([TimeSpan.FromSeconds(25)], Time.Waits);
    }

    [Fact]
    public async Task Without_a_word_from_the_host_the_waits_grow()
    {
        await using var server =
            await WebServer.AnsweringAsync(new Answer(429), new Answer(429), new Answer(429), new Answer(200, Accepted));

        await SubmitAsync(server.Address);

        Assert.Equal(3, Time.Waits.Count);
        Assert.True(Time.Waits[0] > TimeSpan.Zero && Time.Waits[2] > Time.Waits[0]);
    }

    [Fact]
    public async Task A_host_that_throttles_for_ever_ends_in_RateLimited()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(429, """{"detail":"Too many requests"}"""));

        var error = await Assert.ThrowsAsync<RateLimitedException>(() => SubmitAsync(server.Address));

        Assert.Contains("Too many requests", error.Message, StringComparison.Ordinal);
        Assert.Equal(10, server.Requests.Count);
        Assert.Equal((RequestState.Throttled, error.Message, "RateLimited"), (Ledger.Steps[^1], Ledger.Entries[^1].Error, Ledger.Entries[^1].ErrorType));
        Assert.Null(Breaker.Reason);
    }

    [Fact]
    public async Task One_throttled_request_pauses_every_worker_of_the_host()
    {
        var time = new ManualTime();
        await using var server = await WebServer.AnsweringAsync([Throttled("30"), .. Enumerable.Range(0, 6).Select(_ => NextAccepted())]);
        var first = SubmitAsync(server.Address, time: time);
        await time.WaitsAsync(1);
        var others = Enumerable.Range(0, 5).Select(_ => SubmitAsync(server.Address, time: time)).ToList();
        await time.WaitsAsync(6);
        Assert.Single(server.Requests);

        time.Advance(TimeSpan.FromSeconds(29));
        Assert.Single(server.Requests);
        time.Advance(TimeSpan.FromSeconds(1));

        await Task.WhenAll(others.Append(first)).InTime();
        Assert.Equal(7, server.Requests.Count);
    }

    [Fact]
    public async Task A_stop_while_throttled_sends_nothing_more()
    {
        var time = new ManualTime();
        await using var server = await WebServer.AnsweringAsync(Throttled("30"), new Answer(200, Accepted));
        using var stop = new CancellationTokenSource();
        var submitting = SubmitAsync(server.Address, time: time, cancellation: stop.Token);
        await time.WaitsAsync(1);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => submitting);
        Assert.Single(server.Requests);
        Assert.Equal([RequestState.Intent, RequestState.Throttled], Ledger.Steps);
    }

    [Fact]
    public async Task A_stop_while_the_intent_is_written_sends_nothing()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, Accepted));
        using var stop = new CancellationTokenSource();
        Ledger.After = _ => stop.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Submitter.SubmitAsync(TestHost.Connect(server.Address, Time), Entry(), new StopTokens(stop.Token, CancellationToken.None)).InTime());

        Assert.Empty(server.Requests);
        Assert.Equal([RequestState.Intent, RequestState.NotSent], Ledger.Steps);
    }

    [Fact]
    public async Task The_end_of_submitting_while_the_intent_is_written_sends_nothing()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, Accepted));
        Ledger.After = _ => Breaker.Trip(new AuthenticationFailedException("no"));

        Assert.Null(await SubmitAsync(server.Address));

        Assert.Empty(server.Requests);
        Assert.Equal([RequestState.Intent, RequestState.NotSent], Ledger.Steps);
    }

    [Fact]
    public async Task An_answer_that_comes_after_a_stop_is_still_taken()
    {
        using var stop = new CancellationTokenSource();
        await using var server = await WebServer.StartAsync(context =>
        {
            stop.Cancel();
            return new Answer(200, Accepted).WriteAsync(context);
        });

        var acceptance = await Submitter.SubmitAsync(TestHost.Connect(server.Address, Time), Entry(), new StopTokens(stop.Token, CancellationToken.None)).InTime();

        Assert.Equal("r-1", acceptance!.Request.RequestId);
        Assert.Equal([RequestState.Intent, RequestState.Accepted], Ledger.Steps);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(407)]
    public async Task What_fails_every_row_ends_submitting(int status)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(status, """{"detail":"Not for you"}"""));
        var error = await Record.ExceptionAsync(() => SubmitAsync(server.Address));

        var second = await SubmitAsync(server.Address);

        Assert.Null(second);
        Assert.Same(error, Breaker.Reason);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task What_fails_one_row_does_not_end_submitting()
    {
        await using var server = await WebServer.AnsweringAsync(new(422, """{"detail":"no"}"""), new(404), new(502), new(200, Accepted));
        for (var row = 0; row < 3; row++)
        {
            Assert.IsAssignableFrom<ImagenException>(await Record.ExceptionAsync(() => SubmitAsync(server.Address)));
        }

        Assert.NotNull(await SubmitAsync(server.Address));
        Assert.Null(Breaker.Reason);
    }

    [Fact]
    public async Task Workers_that_wait_when_submitting_ends_send_nothing()
    {
        var time = new ManualTime();
        await using var server = await WebServer.AnsweringAsync(Throttled("30"), new Answer(200, Accepted));
        var waiting = SubmitAsync(server.Address, time: time);
        await time.WaitsAsync(1);

        Breaker.Trip(new AuthenticationFailedException("no"));
        time.Advance(TimeSpan.FromSeconds(30));

        Assert.Null(await waiting);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task What_fails_every_row_of_one_provider_does_not_end_submitting_to_another()
    {
        await using var refuses = await WebServer.AnsweringAsync(new Answer(401, """{"detail":"No user found"}"""));
        await using var takes = await WebServer.AnsweringAsync(new Answer(200, Accepted));
        async Task<Acceptance?> SubmitToAsync(WebServer server, string provider) => await Submitter.SubmitAsync(
            TestHost.Connect(TestHost.Profile(server.Address, provider), Time), Entry(), CancellationToken.None).InTime();
        var error = await Assert.ThrowsAsync<AuthenticationFailedException>(() => SubmitToAsync(refuses, "first"));

        Assert.NotNull(await SubmitToAsync(takes, "second"));
        Assert.Null(await SubmitToAsync(refuses, "FIRST"));

        Assert.Same(error, Breaker.Reason);
        Assert.Null(Breaker.ReasonForAll);
        Assert.Equal(["first"], Breaker.ByProvider.Keys);
        Assert.Single(refuses.Requests);
    }

    [Fact]
    public void The_first_reason_to_end_submitting_stays()
    {
        var stop = new SubmissionBreaker();
        var first = new AuthenticationFailedException("first");

        stop.Trip(first);
        stop.Trip(new AccountLockedException("second"));

        Assert.Same(first, stop.Reason);
    }

    private static Answer Throttled(string retryAfter) => new(429) { Headers = [("Retry-After", retryAfter)] };
}
