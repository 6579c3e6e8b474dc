using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Protocols.Fal;

/// <summary>What odd hosts answer, beyond what the emulator does.</summary>
public sealed class FalQueueProtocolTests
{
    private readonly FalQueueProtocol _protocol = new();

    [Theory]
    [InlineData("fal-ai/imagen4/preview/fast", "fal-ai/imagen4")]
    [InlineData("workflows/me/flow/v2", "workflows/me/flow")]
    [InlineData("123-app", "123/app")]
    public void Requests_are_read_below_owner_and_alias(string model, string read)
    {
        var host = TestHost.Connect(new Uri("https://api.example.com/fal"));

        var request = _protocol.CreateReference(host, model, "r-1");

        Assert.Equal($"https://api.example.com/fal/{read}/requests/r-1", request.ResponseUri!.AbsoluteUri);
        Assert.Equal($"https://api.example.com/fal/{read}/requests/r-1/status", request.StatusUri!.AbsoluteUri);
        Assert.Equal($"https://api.example.com/fal/{read}/requests/r-1/cancel", request.CancelUri!.AbsoluteUri);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("")]
    [InlineData("a b")]
    public void What_is_no_request_id_is_refused_before_anything_is_sent(string id) =>
        Assert.Throws<InvalidInputException>(() => _protocol.CreateReference(TestHost.Connect(new Uri("http://127.0.0.1:9")), TestHost.Model, id));

    [Theory]
    [InlineData(200, """{"status":"IN_QUEUE","queue_position":"4","logs":null,"unknown":[1]}""", "InQueue", 4)]
    [InlineData(202, """{"status":"IN_QUEUE","queue_position":null}""", "InQueue", null)]
    [InlineData(200, """{"status":"IN_PROGRESS","logs":[{"message":"x"}]}""", "InProgress", null)]
    [InlineData(202, """{"status":"COMPLETED","metrics":null,"error":null}""", "Completed", null)]
    [InlineData(200, """{"status":"COMPLETED","metrics":{"inference_time":null}}""", "Completed", null)]
    [InlineData(200, """{"status":"COMPLETED","metrics":[]}""", "Completed", null)]
    [InlineData(200, """{"status":"COMPLETED","error":"Invalid status code: 422"}""", "Failed", null)]
    [InlineData(200, """{"status":"COMPLETED","error":{"message":"boom"}}""", "Failed", null)]
    [InlineData(200, """{"status":"COMPLETED","error_type":"client_cancelled"}""", "Cancelled", null)]
    public async Task Any_2xx_tells_the_state_and_odd_members_do_not_matter(int code, string body, string state, int? position)
    {
        var status = await StatusAsync(new Answer(code, body));

        Assert.Equal((state, position), (status.State, status.QueuePosition));
        Assert.Equal(state is "Completed" or "Failed" or "Cancelled", status.HasEnded);
    }

    [Theory]
    [InlineData("""{"status":"FAILED"}""")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("<html>Sign in</html>")]
    public async Task A_status_that_is_none_is_InvalidResponse(string body)
    {
        var error = await Assert.ThrowsAsync<InvalidResponseException>(() => StatusAsync(new Answer(200, body, "text/html")));

        Assert.Equal(("r-1", 200), (error.RequestId, error.StatusCode));
        Assert.Contains("text/html", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_reads_outlast_a_gateway_that_answers_in_JSON()
    {
        var status =
            await StatusAsync(new Answer(503, """{"detail":"Service Unavailable"}"""), new Answer(200, """{"status":"IN_PROGRESS"}"""));

        Assert.Equal("InProgress", status.State);
    }

    [Fact]
    public async Task A_result_keeps_every_image_and_everything_nobody_knows()
    {
        var result = await ResultAsync(new Answer(200, """
            {"images":[{"url":"https://a/1.png","width":1024.0,"height":"768","content_type":null,"file_size":null},null,{"url":null},{"url":"https://a/2.png","extra":1}],
             "seed":"7","description":null,"timings":{"inference":1.5},"has_nsfw_concepts":[false],"note":"\ud83e","note":"again"}
            """));

        Assert.Equal(["https://a/1.png", null, "https://a/2.png"], result!.Images.Select(image => image.Image.Uri));
        Assert.Equal([1, 2, 3], result.Images.Select(image => image.Image.Index));
        Assert.Equal((1024, 768, null), (result.Images[0].Image.Width, result.Images[0].Image.Height, result.Images[0].Image.ContentType));
        Assert.Equal([null, null, """{"extra":1}"""], result.Images.Select(image => image.Image.AdditionalOutput));
        Assert.Equal((7L, null), (result.Seed, result.Description));
        Assert.StartsWith(
            """{"timings":{"inference":1.5},"has_nsfw_concepts":[false]""", result.AdditionalOutput, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"big\"")]
    [InlineData("1.5")]
    [InlineData("18446744073709551615")]
    [InlineData("null")]
    public async Task A_seed_that_is_no_whole_number_does_not_cost_the_images(string seed)
    {
        var result = await ResultAsync(new Answer(200, $$"""{"images":[{"url":"https://a/1.png"}],"seed":{{seed}}}"""));

        Assert.Null(result!.Seed);
        Assert.Single(result.Images);
    }

    [Theory]
    [InlineData(202, """{"status":"IN_PROGRESS"}""")]
    [InlineData(400, """{"detail":"Request is still in progress"}""")]
    public async Task An_early_result_is_not_there_yet(int status, string body) => Assert.Null(await ResultAsync(new Answer(status, body)));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"images":null}""")]
    [InlineData("""{"images":"https://a/1.png"}""")]
    [InlineData("This is not JSON.")]
    public async Task A_result_without_a_list_of_images_is_InvalidResponse(string body) =>
        await Assert.ThrowsAsync<InvalidResponseException>(() => ResultAsync(new Answer(200, body)));

    [Theory]
    [InlineData(202, """{"status":"CANCELLATION_REQUESTED"}""")]
    [InlineData(200, """{"status":"OK"}""")]
    public async Task A_cancel_is_a_PUT_with_any_2xx(int status, string body)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(status, body));

        await _protocol.CancelAsync(CreateReference(server), CancellationToken.None).InTime();

        Assert.Equal(
            "PUT /fal-ai/imagen4/requests/r-1/cancel", string.Join(";", server.Requests.Select(seen => $"{seen.Method} {seen.Path}")));
    }

    private RequestReference CreateReference(WebServer server) =>
        _protocol.CreateReference(TestHost.Connect(server.Address, new SkippingTime()), TestHost.Model, "r-1");

    private async Task<HostStatus> StatusAsync(params Answer[] answers)
    {
        await using var server = await WebServer.AnsweringAsync(answers);
        return await _protocol.ReadStatusAsync(CreateReference(server), logs: false, CancellationToken.None).InTime();
    }

    private async Task<HostResult?> ResultAsync(Answer answer)
    {
        await using var server = await WebServer.AnsweringAsync(answer);
        return await _protocol.ReadResultAsync(CreateReference(server), CancellationToken.None).InTime();
    }
}
