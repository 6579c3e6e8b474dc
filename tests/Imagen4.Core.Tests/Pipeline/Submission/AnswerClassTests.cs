using Imagen4.Core.Ledger.States;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Submission;

/// <summary>Every class of answer to a paid POST: what it means, and that it was sent once.</summary>
public sealed class AnswerClassTests : SubmitterTest
{
    [Theory]
    [InlineData(200)]
    [InlineData(201)]
    [InlineData(202)]
    [InlineData(299)]
    public async Task Any_2xx_with_a_request_id_is_accepted(int status)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(status, Accepted));

        var acceptance = await SubmitAsync(server.Address);

        Assert.Equal(("r-1", 3), (acceptance!.Request.RequestId, acceptance.QueuePosition));
        Assert.Equal("r-1", Ledger.Entries[^1].RequestId);
        SentOnce(server, RequestState.Accepted);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"request_id\":null}")]
    [InlineData("{\"request_id\":\"\"}")]
    [InlineData("{\"request_id\":\"../../admin\"}")]
    [InlineData("{\"request_id\":{\"a\":1}}")]
    [InlineData("{\"request_id\":true}")]
    [InlineData("{\"request_id\":1.5}")]
    [InlineData("{\"request_id\":\"r\\u0000\"}")]
    [InlineData("{\"request_id\":\"r\\n-1\"}")]
    [InlineData("{\"request_id\":\" r-1\"}")]
    [InlineData("{\"request_id\":\"r-1\",\"request_id\":\"r-2\"}")]
    [InlineData("{\"status\": \"IN_QU")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("<html><body>Welcome</body></html>")]
    public async Task A_2xx_that_names_no_request_is_in_doubt(string body)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, body, "text/html"));

        await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address));

        SentOnce(server, RequestState.InDoubt);
    }

    [Theory]
    [InlineData("\"queue_position\":\"soon\"")]
    [InlineData("\"queue_position\":1.5")]
    [InlineData("\"queue_position\":99999999999")]
    [InlineData("\"status_url\":5")]
    [InlineData("\"cancel_url\":{\"href\":\"x\"}")]
    [InlineData("\"response_url\":null,\"logs\":null,\"metrics\":{},\"new_field\":[1]")]
    public async Task A_request_id_is_enough_whatever_else_is_odd(string members)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, $$"""{{{members}},"request_id":"r-1"}"""));

        var acceptance = await SubmitAsync(server.Address);

        Assert.Equal($"{server.Address}fal-ai/imagen4/requests/r-1/status", acceptance!.Request.StatusUri!.AbsoluteUri);
        SentOnce(server, RequestState.Accepted);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(303)]
    [InlineData(304)]
    [InlineData(408)]
    [InlineData(409)]
    [InlineData(499)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(599)]
    public async Task An_answer_that_a_gateway_may_have_written_is_in_doubt(int status)
    {
        await using var server = RawServer.Answering(RawServer.Answer(status, status == 304 ? "" : "<html>Bad Gateway</html>", "Retry-After: 1\r\n", "text/html"));

        var error = await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address));

        Assert.Equal(status, error.StatusCode);
        Assert.Equal(1, server.Posts);
        Assert.Equal([RequestState.Intent, RequestState.InDoubt], Ledger.Steps);
    }

    [Fact]
    public async Task A_server_error_in_the_hosts_own_form_is_in_doubt_too()
    {
        await using var server =
            await WebServer.AnsweringAsync(new Answer(500, """{"detail":"Internal error","error_type":"internal_error"}"""));

        await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address));

        SentOnce(server, RequestState.InDoubt);
    }

    [Fact]
    public async Task A_request_id_in_the_header_of_a_doubtful_answer_is_kept()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(502, "") { Headers = [("x-fal-request-id", "r-9")] });

        var error = await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address));

        Assert.Equal("r-9", error.RequestId);
    }

    [Fact]
    public async Task A_header_that_is_no_request_id_is_not_kept_as_one()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(502, "") { Headers = [("x-fal-request-id", "../../admin")] });

        var error = await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address));

        Assert.Null(error.RequestId);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_a_rejection_and_is_not_followed(int status)
    {
        await using var other = await WebServer.AnsweringAsync(new Answer(200, Accepted));
        await using var server = await WebServer.AnsweringAsync(new Answer(status) { Headers = [("Location", other.Address.AbsoluteUri)] });

        await Assert.ThrowsAsync<InvalidResponseException>(() => SubmitAsync(server.Address));

        SentOnce(server, RequestState.Rejected);
        Assert.Empty(other.Requests);
    }

    [Theory]
    [InlineData(400, typeof(InvalidInputException))]
    [InlineData(401, typeof(AuthenticationFailedException))]
    [InlineData(403, typeof(AccountLockedException))]
    [InlineData(404, typeof(ModelNotAvailableException))]
    [InlineData(405, typeof(InvalidInputException))]
    [InlineData(407, typeof(HostUnavailableException))]
    [InlineData(410, typeof(ModelNotAvailableException))]
    [InlineData(413, typeof(InvalidInputException))]
    [InlineData(415, typeof(InvalidInputException))]
    [InlineData(422, typeof(InvalidInputException))]
    [InlineData(451, typeof(InvalidInputException))]
    public async Task Every_other_4xx_is_a_rejection_and_is_not_repeated(int status, Type type)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(status, """{"detail":"the host's own words"}"""));

        var error = await Record.ExceptionAsync(() => SubmitAsync(server.Address));

        Assert.IsType(type, error);
        Assert.Contains("the host's own words", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ran the request", error.Message, StringComparison.Ordinal);
        SentOnce(server, RequestState.Rejected);
    }

    [Theory]
    [InlineData("x-fal-request-id", "../r-1")]
    [InlineData("X-Fal-Billable-Units", "0")]
    public async Task A_429_that_may_have_been_taken_is_in_doubt(string name, string value)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(429) { Headers = [(name, value)] }, new Answer(200, Accepted));

        await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address));

        SentOnce(server, RequestState.InDoubt);
    }

    [Fact]
    public async Task A_429_that_says_it_would_be_refused_again_is_not_repeated()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(429) { Headers = [("X-Fal-Retryable", "False")] }, new Answer(200, Accepted));

        await Assert.ThrowsAsync<RateLimitedException>(() => SubmitAsync(server.Address));

        SentOnce(server, RequestState.Rejected);
    }

    [Fact]
    public async Task A_429_that_says_the_quota_is_used_up_is_an_account_that_is_refused()
    {
        await using var server = await WebServer.AnsweringAsync(
            new Answer(429, """{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}"""), new Answer(200, Accepted));

        var error = await Assert.ThrowsAsync<AccountLockedException>(() => SubmitAsync(server.Address));

        Assert.Contains("You exceeded your current quota", error.Message, StringComparison.Ordinal);
        Assert.Same(error, Breaker.Reason);
        SentOnce(server, RequestState.Rejected);
    }

    [Theory]
    [InlineData(429, "", "x-fal-request-id", "r-1")]
    [InlineData(429, """{"detail":"Busy","request_id":"r-1"}""", "", "")]
    [InlineData(500, """{"detail":"Oops","request_id":"r-1"}""", "", "")]
    [InlineData(503, """{"error":{"message":"Overloaded","request_id":"r-1"}}""", "", "")]
    [InlineData(404, """{"request_id":"r-1"}""", "", "")]
    [InlineData(302, """{"request_id":"r-1"}""", "", "")]
    public async Task An_answer_that_names_a_request_is_settled_by_one_status_read(int status, string body, string name, string value)
    {
        var answer = new Answer(status, body) { Headers = name.Length > 0 ? [(name, value)] : [] };
        await using var server = await WebServer.AnsweringAsync(answer, new Answer(200, """{"status":"IN_QUEUE","queue_position":2}"""));

        var acceptance = await SubmitAsync(server.Address);

        Assert.Equal(("r-1", 2), (acceptance!.Request.RequestId, acceptance.QueuePosition));
        Assert.True(acceptance.Request.IsFresh);
        Assert.Equal(
            ["POST /fal-ai/imagen4/preview", "GET /fal-ai/imagen4/requests/r-1/status"],
            server.Requests.Select(request => $"{request.Method} {request.Path}"));
        Assert.Equal([RequestState.Intent, RequestState.InDoubt, RequestState.Accepted], Ledger.Steps);
    }

    [Theory]
    [InlineData("""{"detail":"no","request_id":"r-1"}""", "it answered 503 (application/json) and named request r-1")]
    [InlineData("""{"request_id":"../../admin"}""", "it answered 503 (application/json) and named a request without a usable id, or billed one")]
    [InlineData("""{"detail":""", "it answered 503 (application/json) without naming a request, in JSON that cannot be read")]
    [InlineData("<html>", "it answered 503 (application/json) without naming a request")]
    public async Task The_message_of_a_doubt_says_what_the_answer_was(string body, string said)
    {
        await using var server = await WebServer.StartAsync(context =>
            (context.Request.Method == "POST" ? new Answer(503, body) : new Answer(404, """{"status":"NOT_FOUND"}""")).WriteAsync(context));

        var error = await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address));

        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_account_ends_submitting_even_where_the_row_itself_is_in_doubt()
    {
        await using var server = await WebServer.StartAsync(context =>
            new Answer(context.Request.Method == "POST" ? 403 : 404, """{"detail":"User is locked.","request_id":"r-1"}""").WriteAsync(context));

        await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address));

        Assert.IsType<AccountLockedException>(Breaker.Reason);
        Assert.Equal([RequestState.Intent, RequestState.InDoubt], Ledger.Steps);
    }

    private void SentOnce(WebServer server, RequestState end)
    {
        Assert.Equal(
            "POST /fal-ai/imagen4/preview", string.Join("; ", server.Requests.Select(request => $"{request.Method} {request.Path}")));
        Assert.Equal([RequestState.Intent, end], Ledger.Steps);
    }
}
