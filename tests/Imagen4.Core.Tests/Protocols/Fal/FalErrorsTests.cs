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

    // fal's list of what a model says of its input; where only the type is told, it decides whether the row is sent again.
    [Theory]
    [InlineData("content_policy_violation", "ContentPolicyViolation")]
    [InlineData("greater_than", "InvalidInput")]
    [InlineData("greater_than_equal", "InvalidInput")]
    [InlineData("less_than", "InvalidInput")]
    [InlineData("less_than_equal", "InvalidInput")]
    [InlineData("multiple_of", "InvalidInput")]
    [InlineData("one_of", "InvalidInput")]
    [InlineData("sequence_too_short", "InvalidInput")]
    [InlineData("sequence_too_long", "InvalidInput")]
    [InlineData("feature_not_supported", "InvalidInput")]
    [InlineData("image_too_small", "InvalidInput")]
    [InlineData("image_too_large", "InvalidInput")]
    [InlineData("file_too_large", "InvalidInput")]
    [InlineData("file_download_error", null)]
    [InlineData("no_media_generated", null)]
    [InlineData("internal_error", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_type_of_error_refuses_the_input_or_does_not(string? type, string? refusal) => Assert.Equal(refusal, FalErrors.RefusalBy(type));

    [Theory]
    [InlineData("no_media_generated")]
    [InlineData("internal_server_error")]
    [InlineData("generation_timeout")]
    [InlineData("downstream_service_error")]
    [InlineData("downstream_service_unavailable")]
    public void What_a_model_says_of_itself_is_no_refusal(string type)
    {
        var response = Response(422, $$"""{"detail":[{"loc":["body"],"msg":"m","type":"{{type}}"}]}""");

        Assert.IsType<RequestFailedException>(OfResult(response));
        Assert.IsType<RequestFailedException>(FalErrors.OfSubmit(Request.Host, TestHost.Model, response));
    }

    [Theory]
    [InlineData(300, "InvalidResponse", null, false)]
    [InlineData(399, "InvalidResponse", null, false)]
    [InlineData(400, "InvalidInput", "some_type", false)]
    [InlineData(401, "AuthenticationFailed", null, false)]
    [InlineData(402, "AccountLocked", null, false)]
    [InlineData(403, "AccountLocked", null, false)]
    [InlineData(404, "ModelNotAvailable", null, false)]
    [InlineData(407, "HostUnavailable", null, false)]
    [InlineData(410, "ModelNotAvailable", null, false)]
    [InlineData(422, "InvalidInput", "some_type", true)]
    [InlineData(429, "RateLimited", null, false)]
    [InlineData(500, "RequestFailed", "some_type", false)]
    public void A_refused_submit_says_why(int status, string kind, string? type, bool refuses)
    {
        var error = FalErrors.OfSubmit(Request.Host, TestHost.Model, Response(status, Flat));

        Assert.Equal((kind, status, type, refuses), (error.Kind, error.StatusCode, error.HostErrorType, error.RefusesInput));
    }

    // A file that the model could not fetch may be there the next time.
    [Theory]
    [InlineData(422, "less_than", true)]
    [InlineData(422, "file_download_error", false)]
    [InlineData(400, "less_than", false)]
    public void A_list_of_what_is_wrong_refuses_the_input(int status, string type, bool refuses)
    {
        var response = Response(status, $$"""{"detail":[{"loc":["body"],"msg":"m","type":"{{type}}"}]}""");

        var error = FalErrors.OfSubmit(Request.Host, TestHost.Model, response);

        Assert.Equal((refuses, type == "file_download_error"), (error.RefusesInput, FalErrors.IsOfMissingFile(error)));
    }

    [Fact]
    public void A_content_refusal_refuses_the_input()
    {
        var response = Response(422, """{"detail":[{"loc":["body","prompt"],"msg":"m","type":"content_policy_violation"}]}""");

        Assert.True(OfResult(response).RefusesInput);
        Assert.True(FalErrors.OfSubmit(Request.Host, TestHost.Model, response).RefusesInput);
    }

    [Fact]
    public void A_cancelled_request_is_told_by_its_type_whatever_the_status() =>
        Assert.IsType<RequestCancelledException>(OfResult(Response(500, """{"detail":"stopped","error_type":"client_cancelled"}""")));

    [Fact]
    public void Where_nothing_is_said_the_status_is()
    {
        Assert.Contains("HTTP 500", FalErrors.OfRead(Request, Response(500, "")).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP", FalErrors.OfRead(Request, Response(500, """{"detail":"boom"}""")).Message, StringComparison.Ordinal);
        Assert.Contains("(?, 500)", OfResult(Response(500, """{"detail":"boom"}""", ("X-Fal-Retryable", "false"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_without_a_type_is_told_by_a_question_mark()
    {
        var response = new HostResponse(HttpStatusCode.OK, new HttpResponseMessage().Headers, ContentType: null, "text"u8.ToArray());

        Assert.Contains("(?)", FalErrors.OfRead(Request, response).Message, StringComparison.Ordinal);
        Assert.Contains("(application/json)", FalErrors.OfRead(Request, Response(200, "[]")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"status":"NOT_FOUND"}""", "RequestNotFound")]
    [InlineData("""{"status":"FOUND"}""", "InvalidResponse")]
    [InlineData("""{"detail":"busy"}""", "HostUnavailable")]
    [InlineData("""{"error":"busy"}""", "HostUnavailable")]
    [InlineData("{}", "InvalidResponse")]
    public void A_success_that_is_no_answer_says_what_it_has_in_it(string body, string kind) =>
        Assert.Equal(kind, FalErrors.OfRead(Request, Response(200, body)).Kind);

    [Theory]
    [InlineData("""{"error":"busy upstream"}""")]
    [InlineData("""{"detail":"busy upstream"}""")]
    public void Words_of_a_success_are_repeated(string body) =>
        Assert.Contains("busy upstream", FalErrors.OfUnmarked(Request, Response(200, body)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(400, "InvalidInput")]
    [InlineData(401, "AuthenticationFailed")]
    [InlineData(402, "AccountLocked")]
    [InlineData(403, "UploadFailed")]
    [InlineData(404, "UploadFailed")]
    [InlineData(408, "HostUnavailable")]
    [InlineData(413, "InvalidInput")]
    [InlineData(415, "InvalidInput")]
    [InlineData(422, "InvalidInput")]
    [InlineData(429, "RateLimited")]
    [InlineData(499, "UploadFailed")]
    [InlineData(500, "HostUnavailable")]
    [InlineData(503, "HostUnavailable")]
    public void A_storage_that_takes_no_file_says_why(int status, string kind)
    {
        var error = FalErrors.OfStorage(Request.Host, Response(status, """{"detail":"not today"}"""));

        Assert.Equal((kind, status), (error.Kind, error.StatusCode));
        Assert.Contains("not today", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_locked_account_uploads_nothing_either() => Assert.IsType<AccountLockedException>(
        FalErrors.OfStorage(Request.Host, Response(403, """{"detail":"User is locked. Reason: Exhausted balance."}""")));

    [Fact]
    public void A_key_that_may_not_ask_the_platform_is_refused_and_the_model_is_not()
    {
        const string Body = """{"detail":"The model fal-ai/imagen4/preview is not available to this key"}""";

        Assert.IsType<ModelNotAvailableException>(FalErrors.OfSubmit(Request.Host, TestHost.Model, Response(403, Body)));
        Assert.IsType<AccountLockedException>(FalErrors.OfPlatform(Request.Host, TestHost.Model, Response(403, Body)));
    }

    private static ImagenException OfResult(HostResponse response) =>
        ResultVerdict.Of(Request, response)?.Error ?? FalErrors.OfRead(Request, response);

    private static HostResponse Response(int status, string body, params (string Name, string Value)[] headers)
    {
        var response = new HostResponse(
            (HttpStatusCode)status, new HttpResponseMessage().Headers, "application/json", Encoding.UTF8.GetBytes(body));
        foreach (var (name, value) in headers)
        {
            response.Headers.Add(name, value);
        }

        return response;
    }
}
