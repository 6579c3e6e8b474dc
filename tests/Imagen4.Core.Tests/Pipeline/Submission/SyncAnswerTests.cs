using Imagen4.Core.Ledger.States;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Submission;

/// <summary>Paid POSTs whose answer is the result: what each answer means, and that it is on disk before it counts.</summary>
[Collection(RunsAlone.Name)]
public sealed class SyncAnswerTests : SubmitterTest, IDisposable
{
    private const string FalResult = """{"images":[{"url":"https://a/1.png"}],"seed":7}""";
    private const string AimlError = """{"message":"boom","path":"/v1/images/generations","requestId":"q","statusCode":500,"timestamp":"now"}""";

    private readonly string? _before = Environment.GetEnvironmentVariable(StateFolder.Variable);
    private readonly TempFolder _home = new();
    private readonly List<string> _trace = [];

    public SyncAnswerTests() => Environment.SetEnvironmentVariable(StateFolder.Variable, _home.Path);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(StateFolder.Variable, _before);
        _home.Dispose();
    }

    [Theory]
    [InlineData(HostProtocol.FalSync, 200, FalResult)]
    [InlineData(HostProtocol.ImagesGenerations, 200, FalResult)]
    [InlineData(HostProtocol.ImagesGenerations, 201, """{"data":[{"b64_json":"QUJD"}]}""")]
    public async Task A_result_is_on_disk_before_it_counts_as_accepted(HostProtocol protocol, int status, string body)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(status, body));

        var acceptance = await SubmitAsync(Profile(server, protocol), _trace.Add);

        Assert.Contains("images", System.Text.Encoding.UTF8.GetString(Assert.Single(Ledger.Kept).Description), StringComparison.Ordinal);
        Assert.Single(acceptance!.Answered!.Images);
        Assert.Equal([RequestState.Intent, RequestState.Accepted], Ledger.Steps);
        Assert.Equal(acceptance.Request.RequestId, Ledger.Entries[^1].RequestId);
        Assert.DoesNotContain("QUJD", string.Concat(_trace), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HostProtocol.FalSync, "x-fal-request-id", "abc-1", "abc-1")]
    [InlineData(HostProtocol.ImagesGenerations, "x-request-id", "abc-2", "abc-2")]
    [InlineData(HostProtocol.ImagesGenerations, "x-inference-id", "abc-3", "abc-3")]
    [InlineData(HostProtocol.ImagesGenerations, "x-request-id", "../../evil", null)]
    [InlineData(HostProtocol.FalSync, "x-other", "x", null)]
    public async Task The_hosts_own_id_is_taken_where_it_is_one(HostProtocol protocol, string header, string value, string? id)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, FalResult) { Headers = [(header, value)] });

        var acceptance = await SubmitAsync(Profile(server, protocol));

        Assert.True(id is null ? Guid.TryParse(acceptance!.Request.RequestId, out _) : acceptance!.Request.RequestId == id);
        Assert.Empty(_home.Names);
    }

    [Theory]
    [InlineData(HostProtocol.FalSync, 500, """{"detail":"boom","error_type":"internal_error"}""")]
    [InlineData(HostProtocol.ImagesGenerations, 500, AimlError)]
    [InlineData(HostProtocol.ImagesGenerations, 500, """{"message":"boom","statusCode":"500"}""")]
    [InlineData(HostProtocol.ImagesGenerations, 500, """{"message":"boom","requestId":7}""")]
    public async Task A_server_error_in_the_hosts_own_words_is_a_failure(HostProtocol protocol, int status, string body)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(status, body));

        var error = await Assert.ThrowsAsync<RequestFailedException>(() => SubmitAsync(Profile(server, protocol)));

        Assert.Contains("boom", error.Message, StringComparison.Ordinal);
        Assert.Equal(status, error.StatusCode);
        Assert.Equal([RequestState.Intent, RequestState.Failed], Ledger.Steps);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(HostProtocol.FalSync, 502, "<html>Bad Gateway</html>")]
    [InlineData(HostProtocol.FalSync, 503, """{"message":"Service Unavailable"}""")]
    [InlineData(HostProtocol.FalSync, 504, """{"detail":"Gateway timeout"}""")]
    [InlineData(HostProtocol.ImagesGenerations, 502, "<html>Bad Gateway</html>")]
    [InlineData(HostProtocol.ImagesGenerations, 503, """{"message":"Service Unavailable"}""")]
    [InlineData(HostProtocol.ImagesGenerations, 500, "")]
    [InlineData(HostProtocol.FalSync, 504, """{"detail":[{"loc":["body"],"msg":"boom","type":"generation_timeout"}]}""")]
    [InlineData(HostProtocol.ImagesGenerations, 502, AimlError)]
    [InlineData(HostProtocol.ImagesGenerations, 503, AimlError)]
    [InlineData(HostProtocol.ImagesGenerations, 504, AimlError)]
    [InlineData(HostProtocol.FalSync, 200, "{}")]
    [InlineData(HostProtocol.ImagesGenerations, 200, """{"images":[{"url":"https://a/""")]
    [InlineData(HostProtocol.ImagesGenerations, 408, AimlError)]
    public async Task A_gateways_error_and_half_an_answer_are_in_doubt(HostProtocol protocol, int status, string body)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(status, body));

        await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(Profile(server, protocol)));

        Assert.Equal([RequestState.Intent, RequestState.InDoubt], Ledger.Steps);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(400, """{"message":"Body validation error!","statusCode":400}""", typeof(InvalidInputException), "Body validation error!")]
    [InlineData(401, """{"message":"Bad key"}""", typeof(AuthenticationFailedException), "Bad key")]
    [InlineData(403, """{"message":"You've run out of credits"}""", typeof(AccountLockedException), "You've run out of credits")]
    [InlineData(402, """{"error":{"message":"Pay first"}}""", typeof(AccountLockedException), "Pay first")]
    [InlineData(404, """{"message":"No such model"}""", typeof(ModelNotAvailableException), "No such model")]
    [InlineData(407, "", typeof(HostUnavailableException), "407")]
    [InlineData(302, "", typeof(InvalidResponseException), "302")]
    public async Task A_refusal_of_images_generations_is_told_in_its_own_words(int status, string body, Type type, string said)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(status, body));

        var error = await Record.ExceptionAsync(() => SubmitAsync(Profile(server, HostProtocol.ImagesGenerations)));

        Assert.IsType(type, error);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);

        // An account that is locked is looked at again before that is the end of it.
        Assert.Equal([RequestState.Intent, RequestState.Rejected], Ledger.Steps.TakeLast(2));
        Assert.Equal(type == typeof(AccountLockedException) ? 4 : 1, server.Requests.Count);
    }

    [Fact]
    public async Task A_result_that_could_not_be_kept_is_in_doubt_and_not_lost_without_a_word()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, FalResult) { Headers = [("x-fal-request-id", "r-9")] });
        Ledger.Keeping = () => throw new LedgerUnavailableException("the disk is full");

        var error = await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(Profile(server, HostProtocol.FalSync), leavesAccepted: true));

        Assert.Contains("It was paid for", error.Message, StringComparison.Ordinal);
        Assert.Equal(("r-9", "r-9"), (error.RequestId, Ledger.Entries[^1].RequestId));
        Assert.Equal([RequestState.Intent, RequestState.InDoubt], Ledger.Steps);
    }

    [Fact]
    public async Task A_result_that_could_not_be_kept_goes_to_who_waits_for_it()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, FalResult) { Headers = [("x-fal-request-id", "r-9")] });
        Ledger.Keeping = () => throw new LedgerUnavailableException("the disk is full");

        var acceptance = await SubmitAsync(Profile(server, HostProtocol.FalSync));

        Assert.Equal("r-9", acceptance!.Request.RequestId);
        Assert.Single(acceptance.Answered!.Images);
        Assert.Equal([RequestState.Intent, RequestState.Accepted], Ledger.Steps);
    }

    [Fact]
    public async Task The_model_is_named_in_the_body_or_in_the_address_as_the_host_wants_it()
    {
        var bodies = new List<string>();
        await using var server = await WebServer.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            bodies.Add(await reader.ReadToEndAsync());
            await new Answer(200, FalResult).WriteAsync(context);
        });

        await SubmitAsync(Profile(server, HostProtocol.FalSync));
        await SubmitAsync(Profile(server, HostProtocol.ImagesGenerations));

        Assert.Equal(["/base/fal-ai/imagen4/preview", "/base/v1/images/generations"], server.Requests.Select(seen => seen.Path));
        Assert.Equal(["""{"prompt":"a red fox"}""", """{"model":"fal-ai/imagen4/preview","prompt":"a red fox"}"""], bodies);
        Assert.All(server.Requests, seen => Assert.Equal($"Bearer {TestHost.Secret}", seen.Headers["Authorization"]));
    }

    private static ProviderProfile Profile(WebServer server, HostProtocol protocol) =>
        TestHost.Profile(new Uri(server.Address, "base")) with { Protocol = protocol, AuthScheme = "Bearer" };
}
