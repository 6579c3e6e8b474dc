using System.Net;
using System.Text;
using Imagen4.Core.Http;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Protocols.Fal;

public sealed class FalErrorsTests
{
    private const string Flat = """{"detail":"the host's words","error_type":"some_type"}""";
    private static readonly RequestReference Request =
        new FalQueueProtocol().CreateReference(TestHost.Connect(new Uri("http://127.0.0.1:9")), TestHost.Model, "r-1");

    [Theory]
    [InlineData(422, """{"detail":[{"loc":["body","prompt"],"msg":"m","type":"content_policy_violation"}]}""", typeof(ContentPolicyViolationException))]
    [InlineData(422, """{"detail":[{"loc":["body","num_images"],"msg":"m","type":"less_than_equal"}]}""", typeof(InvalidInputException))]
    [InlineData(422, """{"detail":"The model did not take this input"}""", typeof(InvalidInputException))]
    [InlineData(422, """{"detail":[{"loc":["body"],"msg":"m","type":"no_media_generated"}]}""", typeof(RequestFailedException))]
    [InlineData(499, """{"detail":"cancelled","error_type":"client_cancelled"}""", typeof(RequestCancelledException))]
    [InlineData(400, """{"detail":[{"loc":["body"],"msg":"m","type":"downstream_service_error"}]}""", typeof(RequestFailedException))]
    [InlineData(500, Flat, typeof(RequestFailedException))]
    [InlineData(504, Flat, typeof(RequestFailedException))]
    [InlineData(500, """{"detail":"upstream connect error"}""", typeof(HostUnavailableException))]
    [InlineData(504, """{"detail":"Gateway timeout"}""", typeof(HostUnavailableException))]
    [InlineData(409, """{"detail":"Conflict"}""", typeof(InvalidResponseException))]
    [InlineData(401, Flat, typeof(AuthenticationFailedException))]
    [InlineData(402, Flat, typeof(AccountLockedException))]
    [InlineData(403, Flat, typeof(AccountLockedException))]
    [InlineData(404, Flat, typeof(RequestNotFoundException))]
    [InlineData(410, Flat, typeof(RequestNotFoundException))]
    [InlineData(429, Flat, typeof(RateLimitedException))]
    [InlineData(408, Flat, typeof(HostUnavailableException))]
    [InlineData(502, "<html>Bad Gateway</html>", typeof(HostUnavailableException))]
    [InlineData(400, "<html>Bad Request</html>", typeof(InvalidResponseException))]
    [InlineData(302, "", typeof(InvalidResponseException))]
    public void A_result_that_is_an_error_tells_how_the_request_ended(int status, string body, Type type)
    {
        var error = OfResult(Response(status, body));

        Assert.IsType(type, error);
        Assert.Equal(("r-1", status), (error.RequestId, error.StatusCode));
    }

    [Theory]
    [InlineData(401, typeof(AuthenticationFailedException))]
    [InlineData(403, typeof(AccountLockedException))]
    [InlineData(404, typeof(RequestNotFoundException))]
    [InlineData(408, typeof(HostUnavailableException))]
    [InlineData(429, typeof(RateLimitedException))]
    [InlineData(500, typeof(HostUnavailableException))]
    [InlineData(418, typeof(InvalidResponseException))]
    public void A_status_that_cannot_be_read_says_nothing_about_the_request(int status, Type type)
    {
        var error = FalErrors.OfRead(Request, Response(status, Flat));

        Assert.IsType(type, error);
        Assert.Equal(("r-1", status), (error.RequestId, error.StatusCode));
    }

    [Theory]
    [InlineData(400, """{"status":"ALREADY_COMPLETED"}""", typeof(AlreadyCompletedException))]
    [InlineData(404, """{"status":"NOT_FOUND"}""", typeof(RequestNotFoundException))]
    [InlineData(405, "", typeof(CancelNotSupportedException))]
    [InlineData(501, "", typeof(CancelNotSupportedException))]
    [InlineData(400, """{"detail":"no"}""", typeof(HostUnavailableException))]
    [InlineData(401, Flat, typeof(AuthenticationFailedException))]
    public void A_refused_cancel_says_why(int status, string body, Type type) =>
        Assert.IsType(type, CancelVerdict.Of(Request, Response(status, body)));

    [Theory]
    [InlineData(422, "no_media_generated", typeof(RequestFailedException))]
    [InlineData(422, "downstream_service_unavailable", typeof(RequestFailedException))]
    [InlineData(400, "downstream_service_error", typeof(RequestFailedException))]
    [InlineData(422, "less_than_equal", typeof(InvalidInputException))]
    [InlineData(400, "bad_request", typeof(InvalidInputException))]
    public void What_a_model_could_not_do_is_no_fault_of_the_input(int status, string type, Type error)
    {
        var body = $$"""{"detail":[{"loc":["body"],"msg":"m","type":"{{type}}"}]}""";

        Assert.IsType(error, FalErrors.OfSubmit(Request.Host, TestHost.Model, Response(status, body)));
    }

    [Fact]
    public void A_locked_account_shows_the_hosts_reason_verbatim()
    {
        const string reason = "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.";

        var error = FalErrors.OfSubmit(Request.Host, TestHost.Model, Response(403, $$"""{"detail":"{{reason}}"}"""));

        Assert.Equal($"test refuses the account: {reason}", error.Message);
    }

    [Fact]
    public void The_header_tells_the_type_before_the_body_does()
    {
        var response = Response(500, Flat);
        response.Headers.Add("X-Fal-Error-Type", "generation_timeout");

        Assert.Equal("generation_timeout", OfResult(response).HostErrorType);
        Assert.Equal("some_type", OfResult(Response(500, Flat)).HostErrorType);
    }

    [Fact]
    public void An_account_problem_names_where_the_key_came_from_and_never_the_key()
    {
        var error = FalErrors.OfRead(Request, Response(401, Flat));

        Assert.Contains("the test", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(TestHost.Secret, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_that_nothing_marks_say_so()
    {
        var said = ResultVerdict.Of(Request, Response(422, """{"detail":"bad seed"}"""))!.Unmarked!;

        Assert.Equal(
            "test answers 422: bad seed. Nothing shows that this answer comes from the host itself, so the request stays as it was.",
            said.Once.Message);
        Assert.Equal(("r-1", 422), (said.Once.RequestId, said.Once.StatusCode));
    }

    private static ImagenException OfResult(HostResponse response) =>
        ResultVerdict.Of(Request, response)?.Error ?? FalErrors.OfRead(Request, response);

    private static HostResponse Response(int status, string body) =>
        new((HttpStatusCode)status, new HttpResponseMessage().Headers, "application/json", Encoding.UTF8.GetBytes(body));
}
