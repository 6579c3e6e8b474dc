using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Pipeline.Waiting;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Protocols.Fal;

/// <summary>fal's queue behind somebody else's door, with everything such doors are known to answer.</summary>
public sealed class FalAggregatorProtocolTests
{
    private const string Own = "/fal-ai/imagen4/requests/r-1";
    private const string Any = "/fal-ai/auto/requests/r-1";
    private static readonly Answer Done = new(200, """{"images":[{"url":"https://a/1.png"}]}""");
    private static readonly Answer Page = new(200, "<html>Welcome</html>", "text/html");

    private readonly FalAggregatorProtocol _protocol = new();
    private readonly List<string> _trace = [];

    [Fact]
    public async Task Addresses_that_name_fal_are_put_onto_the_hosts_own()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, $$"""
            {"status":"IN_QUEUE","request_id":"r-1","response_url":"https://queue.fal.run{{Own}}",
             "status_url":"https://queue.fal.run{{Own}}/status","cancel_url":"https://queue.fal.run{{Own}}/cancel"}
            """));
        var host = Host(server);
        using var content = new PaidContent(_protocol.SubmitBody(TestHost.Model, TestHost.Input()));

        var answer = await host.PostAsync(
            _protocol.SubmitAddress(host, TestHost.Model, SubmitSettings.None), content, headers: [], _protocol.SubmitLimit, CancellationToken.None).InTime();
        var request = _protocol.ReadAcceptance(host, TestHost.Model, answer)!.Request;

        var seen = Assert.Single(server.Requests);
        Assert.Equal(("POST", "/fal-ai/imagen4/preview", $"Bearer {TestHost.Secret}"), (seen.Method, seen.Path, seen.Headers["Authorization"]));
        Assert.Equal(new Uri(server.Address, Own), request.ResponseUri);
        Assert.Equal(new Uri(server.Address, $"{Own}/status"), request.StatusUri);
        Assert.Equal(new Uri(server.Address, $"{Own}/cancel"), request.CancelUri);
    }

    [Fact]
    public async Task The_token_never_goes_to_the_host_whose_addresses_were_returned()
    {
        await using var upstream = await WebServer.AnsweringAsync(Done);
        await using var server = await StartAsync(path => path.EndsWith("/preview", StringComparison.Ordinal)
            ? new Answer(200, $$"""{"request_id":"r-1","response_url":"{{upstream.Address}}fal-ai/imagen4/requests/r-1","status_url":"{{upstream.Address}}other/requests/r-1/status"}""")
            : path == Own ? Done : new Answer(404));
        var host = Host(server);

        var acceptance = await new Submitter(new NoLedger(), new ThrottleGates(), new SubmissionBreaker(), TestClient.Protocols, new BatchCounts())
            .SubmitAsync(host, new LedgerEntry("test", TestHost.Model, Key: null, TestHost.Input()), CancellationToken.None).InTime();
        var result = await new RequestWaiter(TimeSpan.Zero).UntilResultAsync(acceptance!.Request, StatusWatch.Nothing, CancellationToken.None).InTime();

        Assert.Single(result.Images);
        Assert.Empty(upstream.Requests);
        Assert.DoesNotContain(_trace, line => line.Contains(TestHost.Secret, StringComparison.Ordinal));
        Assert.NotEmpty(_trace);
    }

    [Theory]
    [InlineData(202, "")]
    [InlineData(202, """{"status":"IN_PROGRESS"}""")]
    [InlineData(200, """{"status":"IN_QUEUE"}""")]
    [InlineData(200, """{"status":"in_progress"}""")]
    [InlineData(200, """{"status":"IN_PROGRESS","error":""}""")]
    [InlineData(400, """{"detail":"Request is still in progress"}""")]
    [InlineData(200, """{"detail":"Request is still in progress"}""")]
    public async Task Every_form_of_still_running_is_no_result_yet(int code, string body)
    {
        // An empty 202 is no JSON, so that the other name is asked as well.
        await using var server = await WebServer.AnsweringAsync(new Answer(404), new Answer(code, body));

        var status = await _protocol.ReadStatusAsync(CreateReference(server), logs: false, CancellationToken.None).InTime();

        Assert.False(status.HasEnded);
        Assert.Null(await _protocol.ReadResultAsync(CreateReference(server), CancellationToken.None).InTime());
    }

    [Theory]
    [InlineData(200, """{"status":"FAILED"}""", typeof(RequestFailedException), null)]
    [InlineData(202, """{"status":"FAILED","message":"out of memory"}""", typeof(RequestFailedException), "out of memory")]
    [InlineData(200, """{"status":"failed","error":"boom"}""", typeof(RequestFailedException), "boom")]
    [InlineData(200, """{"status":"FAILED","images":[],"error":"upstream"}""", typeof(RequestFailedException), "upstream")]
    [InlineData(200, """{"detail":[{"loc":["body","prompt"],"msg":"refused","type":"content_policy_violation"}]}""", typeof(ContentPolicyViolationException), "prompt: refused")]
    [InlineData(422, """{"detail":[{"loc":["body"],"msg":"gone","type":"downstream_service_unavailable"}]}""", typeof(RequestFailedException), "gone")]
    [InlineData(422, """{"detail":[{"loc":["body","prompt"],"msg":"refused","type":"content_policy_violation"}]}""", typeof(ContentPolicyViolationException), "refused")]
    [InlineData(400, """{"detail":"bad","error_type":"bad_request"}""", typeof(RequestFailedException), "bad")]
    [InlineData(500, """{"detail":"boom","error_type":"internal_error"}""", typeof(RequestFailedException), "boom")]
    [InlineData(499, """{"detail":"stopped","error_type":"client_cancelled"}""", typeof(RequestCancelledException), "stopped")]
    public async Task Every_form_of_failed_is_a_failure(int code, string body, Type type, string? said)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(404), new Answer(code, body));

        var status = await _protocol.ReadStatusAsync(CreateReference(server), logs: false, CancellationToken.None).InTime();
        var error = await Record.ExceptionAsync(() => _protocol.ReadResultAsync(CreateReference(server), CancellationToken.None).InTime());

        Assert.Equal(type == typeof(RequestCancelledException) ? ImagenStates.Cancelled : ImagenStates.Failed, status.State);
        Assert.IsType(type, error);
        Assert.Equal("r-1", ((ImagenException)error).RequestId);
        Assert.Contains(said ?? "?", error.Message, StringComparison.Ordinal);
        Assert.Contains(said ?? "", status.Error ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, """{"error":{"message":"no credits upstream","code":7}}""", "no credits upstream")]
    [InlineData(200, """{"error":{"code":7}}""", """{"code":7}""")]
    [InlineData(200, """{"detail":"no such model"}""", "no such model")]
    [InlineData(422, """{"detail":"bad seed"}""", "bad seed")]
    public async Task What_nothing_marks_as_the_hosts_own_is_no_failure_to_whoever_asks_once(int code, string body, string said)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(404), new Answer(code, body));

        foreach (var ask in new Func<Task>[]
        {
            () => _protocol.ReadStatusAsync(CreateReference(server), logs: false, CancellationToken.None).InTime(),
            () => _protocol.ReadResultAsync(CreateReference(server), CancellationToken.None).InTime(),
        })
        {
            var error = await Assert.ThrowsAsync<HostUnavailableException>(ask);
            Assert.StartsWith($"test answers {code}: {said}. ", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(400, """{"detail":"Unknown model 'auto'"}""")]
    [InlineData(422, """{"detail":[{"loc":["path"],"msg":"Unknown model 'auto'","type":"value_error"}]}""")]
    public async Task What_goes_wrong_at_the_address_for_any_model_is_no_word_about_the_request(int code, string body)
    {
        await using var server = await StartAsync(path =>
            path.Contains("/auto/", StringComparison.Ordinal) ? new Answer(code, body) : new Answer(404, """{"detail":"not yet"}"""));

        await Assert.ThrowsAsync<RequestNotFoundException>(
            () => _protocol.ReadStatusAsync(CreateReference(server), logs: false, CancellationToken.None).InTime());
        await Assert.ThrowsAsync<RequestNotFoundException>(() => _protocol.ReadResultAsync(CreateReference(server), CancellationToken.None).InTime());
    }

    [Fact]
    public async Task A_status_that_says_failed_is_believed_where_the_result_is_gone()
    {
        await using var server = await StartAsync(path => path == $"{Own}/status"
            ? new Answer(200, """{"status":"FAILED","error":"boom"}""") : new Answer(404, """{"detail":"no result"}"""));
        var request = CreateReference(server);

        var status = await _protocol.ReadStatusAsync(request, logs: false, CancellationToken.None).InTime();
        var error = await Assert.ThrowsAsync<RequestFailedException>(
            () => new RequestWaiter(TimeSpan.Zero).UntilResultAsync(request, StatusWatch.Nothing, CancellationToken.None).InTime());

        Assert.Equal((ImagenStates.Failed, "boom"), (status.State, status.Error));
        Assert.Contains("boom", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"status":"processing","message":"please wait"}""")]
    [InlineData("""{"code":"ok"}""")]
    [InlineData("[]")]
    public async Task What_says_neither_is_no_failure_that_would_be_paid_for_again(string body)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(404), new Answer(200, body));

        await Assert.ThrowsAsync<InvalidResponseException>(
            () => _protocol.ReadStatusAsync(CreateReference(server), logs: false, CancellationToken.None).InTime());
        await Assert.ThrowsAsync<InvalidResponseException>(() => _protocol.ReadResultAsync(CreateReference(server), CancellationToken.None).InTime());
    }

    public static TheoryData<int, string, string> Unknown => new()
    {
        { 404, "{}", "application/json" }, { 405, "", "text/plain" }, { 404, "<html>404</html>", "text/html" }, { 200, "<html>Welcome</html>", "text/html" },
        { 403, "<html>Forbidden</html>", "text/html" }, { 400, "<html>Bad request</html>", "text/html" },
        { 200, """{"code":"success"}""", "application/json" },
    };

    [Theory]
    [MemberData(nameof(Unknown))]
    public async Task A_host_without_status_is_asked_for_it_once(int code, string body, string type)
    {
        await using var server = await StartAsync(path => path == $"{Own}/status" ? new Answer(code, body, type) : path == Own ? Done : new Answer(404));

        var first = await _protocol.ReadStatusAsync(CreateReference(server), logs: true, CancellationToken.None).InTime();
        var second = await _protocol.ReadStatusAsync(CreateReference(server), logs: true, CancellationToken.None).InTime();

        Assert.Equal((ImagenStates.Completed, ImagenStates.Completed), (first.State, second.State));
        Assert.Equal([$"{Own}/status", Own, Own], server.Requests.Select(seen => seen.Path));
    }

    [Theory]
    [InlineData("""{"status":"IN_QUEUE","queue_position":2}""", "InQueue")]
    [InlineData("""{"status":"COMPLETED"}""", "Completed")]
    [InlineData("""{"status":"COMPLETED","error":"boom"}""", "Failed")]
    public async Task A_host_with_status_is_asked_for_nothing_else(string body, string state)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, body));

        Assert.Equal(state, (await _protocol.ReadStatusAsync(CreateReference(server), logs: false, CancellationToken.None).InTime()).State);

        Assert.Equal([$"{Own}/status"], server.Requests.Select(seen => seen.Path));
    }

    [Fact]
    public async Task A_locked_account_ends_no_request()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(403, """{"detail":"User is locked."}"""));

        await Assert.ThrowsAsync<AccountLockedException>(
            () => _protocol.ReadStatusAsync(CreateReference(server), logs: false, CancellationToken.None).InTime());
        await Assert.ThrowsAsync<AccountLockedException>(() => _protocol.ReadResultAsync(CreateReference(server), CancellationToken.None).InTime());
    }

    [Theory]
    [MemberData(nameof(Unknown))]
    public async Task A_result_the_host_does_not_know_by_the_models_name_is_asked_for_by_auto(int code, string body, string type)
    {
        if (body.StartsWith('{') && code == 200)
        {
            return;
        }

        await using var server = await StartAsync(path => path == Any ? Done : new Answer(code, body, type));

        var result = await _protocol.ReadResultAsync(CreateReference(server), CancellationToken.None).InTime();

        Assert.Equal("https://a/1.png", Assert.Single(result!.Images).Image.Uri);
        Assert.Equal([Own, Any], server.Requests.Select(seen => seen.Path));
    }

    [Fact]
    public async Task A_result_nobody_knows_is_RequestNotFound()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(404));

        await Assert.ThrowsAsync<RequestNotFoundException>(() => _protocol.ReadResultAsync(CreateReference(server), CancellationToken.None).InTime());
    }

    [Fact]
    public async Task A_page_under_the_name_auto_does_not_hide_that_nobody_knows_the_request()
    {
        await using var server = await StartAsync(path => path == Any ? Page : new Answer(404, """{"status":"NOT_FOUND"}"""));

        await Assert.ThrowsAsync<RequestNotFoundException>(
            () => _protocol.ReadStatusAsync(CreateReference(server), logs: false, CancellationToken.None).InTime());
        await Assert.ThrowsAsync<RequestNotFoundException>(() => _protocol.ReadResultAsync(CreateReference(server), CancellationToken.None).InTime());
    }

    [Theory]
    [InlineData(404, "{}")]
    [InlineData(405, "")]
    [InlineData(403, "<html>Forbidden</html>")]
    [InlineData(200, "<html>Welcome</html>")]
    public async Task A_host_without_cancel_is_CancelNotSupported_and_not_asked_again(int code, string body)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(code, body, "text/html"));

        await Assert.ThrowsAsync<CancelNotSupportedException>(() => _protocol.CancelAsync(CreateReference(server), CancellationToken.None).InTime());
        await Assert.ThrowsAsync<CancelNotSupportedException>(() => _protocol.CancelAsync(CreateReference(server), CancellationToken.None).InTime());

        var seen = Assert.Single(server.Requests);
        Assert.Equal(("PUT", $"{Own}/cancel"), (seen.Method, seen.Path));
    }

    [Fact]
    public async Task A_host_that_cancels_is_taken_at_its_word()
    {
        await using var server = await WebServer.AnsweringAsync(
            new Answer(404, """{"status":"NOT_FOUND"}"""),
            new Answer(202, """{"status":"CANCELLATION_REQUESTED"}"""),
            new Answer(204, ""),
            new Answer(400, """{"status":"ALREADY_COMPLETED"}"""));

        await Assert.ThrowsAsync<RequestNotFoundException>(() => _protocol.CancelAsync(CreateReference(server), CancellationToken.None).InTime());
        await _protocol.CancelAsync(CreateReference(server), CancellationToken.None).InTime();
        await _protocol.CancelAsync(CreateReference(server), CancellationToken.None).InTime();
        await Assert.ThrowsAsync<AlreadyCompletedException>(() => _protocol.CancelAsync(CreateReference(server), CancellationToken.None).InTime());
    }

    [Fact]
    public async Task There_is_no_stream_and_none_is_asked_for()
    {
        await using var server = await WebServer.AnsweringAsync(Page);

        Assert.Empty(await _protocol.FollowAsync(CreateReference(server), logs: true, CancellationToken.None).ToListAsync());
        Assert.Empty(server.Requests);
    }

    private static Task<WebServer> StartAsync(Func<string, Answer> answer) =>
        WebServer.StartAsync(context => answer(context.Request.Path.Value!).WriteAsync(context));

    private Imagen4.Core.Providers.HostConnection Host(WebServer server) => TestHost.Connect(
        TestHost.Profile(server.Address) with { Protocol = HostProtocol.FalAggregator, AuthScheme = "Bearer" }, new SkippingTime(), _trace.Add);

    private RequestReference CreateReference(WebServer server) => _protocol.CreateReference(Host(server), TestHost.Model, "r-1");
}
