using Imagen4.Core.Http;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Pipeline.Waiting;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Waiting;

/// <summary>Who waits has the time for an outage: a poll that fails is a poll that was missed.</summary>
public sealed class OutageTests
{
    private static readonly Answer Running = new(202, """{"status":"IN_PROGRESS"}""");
    private static readonly Answer Done = new(200, """{"status":"COMPLETED"}""");
    private static readonly Answer Result = new(200, """{"images":[{"url":"https://a/1.png"}]}""");
    private static readonly Answer Page = new(200, "<html>Please sign in</html>", "text/html");

    private readonly SkippingTime _time = new();

    [Fact]
    public async Task A_wait_survives_an_outage_of_status_and_result()
    {
        Answer[] outage = [.. Enumerable.Repeat(new Answer(503), 50)];
        await using var server = await WebServer.AnsweringAsync([Running, .. outage, Running, .. outage, Done, .. outage, Result]);

        var result = await new RequestWaiter(TimeSpan.Zero).UntilResultAsync(CreateReference(server.Address), StatusWatch.Nothing, CancellationToken.None).InTime();

        Assert.Single(result.Images);
        Assert.Equal(154, server.Requests.Count);
    }

    [Fact]
    public async Task A_wait_survives_a_host_that_is_not_there()
    {
        var address = Unused.Address();
        RawServer? server = null;
        var refused = 0;
        var request = CreateReference(address, trace: line =>
        {
            // It comes back when it has been asked for in vain twenty times.
            if (line.Contains("refused", StringComparison.Ordinal) && ++refused == 20)
            {
                server = new RawServer(RawServer.Serving(RawServer.Answer(200, Done.Body)), address.Port);
            }
        });

        var status = await new RequestWaiter(TimeSpan.Zero).UntilEndedAsync(request, StatusWatch.Nothing, CancellationToken.None).InTime();

        await using (server)
        {
            Assert.Equal((ImagenStates.Completed, 20), (status.State, refused));
        }
    }

    [Fact]
    public async Task An_outage_without_end_ends_with_the_limit_and_the_message_says_how_to_go_on()
    {
        var time = new SkippingTime { Deadlines = true };
        await using var server = await WebServer.AnsweringAsync(Running, new Answer(502, "<html>Bad Gateway</html>"));

        var error = await Assert.ThrowsAsync<WaitTimeoutException>(() => new RequestWaiter(TimeSpan.FromHours(1))
            .UntilResultAsync(CreateReference(server.Address, time), StatusWatch.Nothing, CancellationToken.None).InTime());

        Assert.Equal(
            "Request r-1 had not finished after 3600 s. Whether it continues at test is not known, because the host did not answer at the end: it answered 502. "
            + "Fetch it with: Receive-ImagenResult -RequestId r-1 -Provider test -Model fal-ai/imagen4/preview -Wait",
            error.Message);
        Assert.Equal("r-1", error.RequestId);
    }

    [Fact]
    public async Task A_host_that_answers_is_not_called_one_that_could_not_be_asked()
    {
        var time = new SkippingTime { Deadlines = true };
        await using var server = await WebServer.AnsweringAsync(new Answer(503), Page, Running);

        var error = await Assert.ThrowsAsync<WaitTimeoutException>(() => new RequestWaiter(TimeSpan.FromMinutes(5))
            .UntilResultAsync(CreateReference(server.Address, time), StatusWatch.Nothing, CancellationToken.None).InTime());

        Assert.Contains("had not finished after 300 s. It continues", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waits_ask_no_more_during_an_outage_than_without_one()
    {
        var calm = await PollsAsync(Running, hours: 2);

        var outage = await PollsAsync(new Answer(503), hours: 2);

        Assert.True(calm > 1000, $"{calm} polls");
        Assert.True(outage < 1.1 * calm, $"{outage} polls during an outage, {calm} without");
        Assert.True(outage > 200, $"{outage} polls");
    }

    [Fact]
    public async Task Waits_beyond_the_budget_ask_seldom()
    {
        await using var server = await WebServer.AnsweringAsync(new(503), new(503), new(503), Done);
        while (RetryBudget.For(server.Address).TryTake())
        {
            // Until others have used it up.
        }

        await new RequestWaiter(TimeSpan.Zero).UntilEndedAsync(CreateReference(server.Address), StatusWatch.Nothing, CancellationToken.None).InTime();

        Assert.Equal(3, _time.Waits.Count);
        Assert.All(_time.Waits, wait => Assert.InRange(wait, TimeSpan.FromSeconds(18), TimeSpan.FromSeconds(22)));
    }

    [Fact]
    public async Task A_page_in_between_passes_and_another_protocol_does_not()
    {
        await using var passing = await WebServer.AnsweringAsync(Page, Page, Page, Page, Running, Page, Page, Page, Page, Done);
        await using var lasting = await WebServer.AnsweringAsync(Page);
        var waiter = new RequestWaiter(TimeSpan.Zero);

        var status = await waiter.UntilEndedAsync(CreateReference(passing.Address), StatusWatch.Nothing, CancellationToken.None).InTime();
        await Assert.ThrowsAsync<InvalidResponseException>(
            () => waiter.UntilEndedAsync(CreateReference(lasting.Address), StatusWatch.Nothing, CancellationToken.None).InTime());

        Assert.Equal(ImagenStates.Completed, status.State);
        Assert.Equal(5, lasting.Requests.Count);
    }

    [Theory]
    [InlineData(401, typeof(AuthenticationFailedException), false)]
    [InlineData(403, typeof(AccountLockedException), false)]
    [InlineData(401, typeof(AuthenticationFailedException), true)]
    [InlineData(403, typeof(AccountLockedException), true)]
    public async Task A_key_or_account_that_is_refused_while_waiting_leaves_the_request_as_it_is(int status, Type type, bool whenDone)
    {
        Answer[] polls = whenDone ? [Running, Done] : [Running];
        await using var server = await WebServer.AnsweringAsync(
            [new Answer(200, """{"request_id":"r-1"}"""), .. polls, new Answer(status, """{"detail":"the host's own words"}""")]);
        var row = TestHost.Row();

        var (result, error) = await TestClient.Client.StartBatch(new BatchOptions { Wait = true, Time = _time })
            .RunAsync(new CheckedRow(row, TestHost.Connect(server.Address, _time), TestHost.Model, row.Input), CancellationToken.None).InTime();

        Assert.IsType(type, error);
        Assert.StartsWith("Row 1, request r-1: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("the host's own words", error.Message, StringComparison.Ordinal);
        Assert.Equal((ImagenStates.InProgress, "r-1"), (result!.State, result.RequestId));
        Assert.Equal(2 + polls.Length, server.Requests.Count);
    }

    [Fact]
    public async Task A_stop_ends_a_wait_in_an_outage()
    {
        var time = new ManualTime();
        await using var server = await WebServer.AnsweringAsync(new Answer(503));
        using var stop = new CancellationTokenSource();
        var waiting = new RequestWaiter(TimeSpan.Zero).UntilEndedAsync(CreateReference(server.Address, time), StatusWatch.Nothing, stop.Token);
        await time.WaitsAsync(1);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.InTime());
        Assert.Single(server.Requests);
    }

    private static async Task<int> PollsAsync(Answer answer, int hours)
    {
        await using var server = await WebServer.AnsweringAsync(answer);
        await Assert.ThrowsAsync<WaitTimeoutException>(() => new RequestWaiter(TimeSpan.FromHours(hours))
            .UntilEndedAsync(CreateReference(server.Address, new SkippingTime { Deadlines = true }), StatusWatch.Nothing, CancellationToken.None).InTime());
        return server.Requests.Count;
    }

    private static RequestReference CreateReference(Uri address, TimeProvider time, Action<string>? trace = null) =>
        new FalQueueProtocol().CreateReference(TestHost.Connect(address, time, trace), TestHost.Model, "r-1");

    private RequestReference CreateReference(Uri address, Action<string>? trace = null) => CreateReference(address, _time, trace);
}
