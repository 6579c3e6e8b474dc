using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Hosts;

public sealed class AggregatorTests : EmulatorTest
{
    public AggregatorTests() => Authorization = "Bearer test-key";

    public static TheoryData<string> Both => ["chainhub", "kkiai"];

    private string? Authorization { get; set; }

    [Theory]
    [InlineData("chainhub")]
    [InlineData("kkiai")]
    public async Task Submission_is_answered_as_the_document_says(string host)
    {
        var document = SeedDocument.Open(host);
        var (input, example) = host == "chainhub"
            ? (document.YamlExample(0), document.YamlExample(1))
            : (document.ObjectAfter("Request Example"), document.ObjectAfter("Response Example"));

        var reply = await SendAsync(HttpMethod.Post, $"/{host}/fal-ai/imagen4/preview", input);

        Assert.Equal((200, "application/json"), (reply.Status, reply.Header("Content-Type")));
        Assert.Equal(
            example.Replace("484ccb37-5477-44fe-8e75-6d6f6e9160b3", IdOf(reply), StringComparison.Ordinal), reply.Text);
        Assert.Equal(host, Assert.Single(await BillsAsync()).GetProperty("host").GetString());
        Assert.DoesNotContain(reply.Headers.Keys, name => name.StartsWith("x-fal-", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Result_is_fals_own_and_without_its_headers(string host)
    {
        var id = await SubmitAsync(host, "a red fox");
        Time.Advance(GenerationSeconds);

        var reply = await GetAsync($"/{host}/fal-ai/imagen4/requests/{id}");

        Assert.Equal(200, reply.Status);
        Assert.DoesNotContain(reply.Headers.Keys, name => name.StartsWith("x-fal-", StringComparison.OrdinalIgnoreCase));
        var image = reply.Json.GetProperty("images")[0].GetProperty("url").GetString()!;
        Assert.Equal(200, (await Client.DownloadAsync(image)).Status);
    }

    [Fact]
    public async Task Chainhub_says_how_far_a_request_is_in_its_result()
    {
        var (runs, waits) = (await SubmitAsync("chainhub", "a"), await SubmitAsync("chainhub", "b"));

        var (running, waiting) = (await ResultAsync("chainhub", runs), await ResultAsync("chainhub", waits));

        Assert.Equal((202, """{"status":"IN_PROGRESS"}"""), (running.Status, running.Text));
        Assert.Equal((202, """{"status":"IN_QUEUE"}"""), (waiting.Status, waiting.Text));
    }

    [Fact]
    public async Task Kkiai_says_in_fals_words_that_a_request_goes_on()
    {
        var reply = await ResultAsync("kkiai", await SubmitAsync("kkiai", "a"));

        Assert.Equal((400, """{"detail":"Request is still in progress"}"""), (reply.Status, reply.Text));
    }

    [Fact]
    public async Task Chainhub_fails_with_200()
    {
        var id = await SubmitAsync("chainhub", "[emulator:runner_disconnected]");
        Time.Advance(GenerationSeconds);

        var reply = await ResultAsync("chainhub", id);

        Assert.Equal((200, """{"status":"FAILED","error":"Runner disconnected"}"""), (reply.Status, reply.Text));
    }

    [Theory]
    [InlineData("runner_disconnected")]
    [InlineData("content_policy_violation")]
    public async Task Kkiai_fails_with_422_and_fals_detail(string type)
    {
        var id = await SubmitAsync("kkiai", $"[emulator:{type}]");
        Time.Advance(GenerationSeconds);

        var reply = await ResultAsync("kkiai", id);

        Assert.Equal(422, reply.Status);
        Assert.Contains(type, reply.Text, StringComparison.Ordinal);
        Assert.True(reply.Json.TryGetProperty("detail", out _));
    }

    [Theory]
    [InlineData("chainhub", "GET", "/status", 404, "application/json")]
    [InlineData("chainhub", "PUT", "/cancel", 404, "application/json")]
    [InlineData("chainhub", "GET", "/response", 404, "application/json")]
    [InlineData("chainhub", "GET", "/status/stream", 404, "application/json")]
    [InlineData("kkiai", "GET", "/status", 200, "text/html")]
    [InlineData("kkiai", "PUT", "/cancel", 405, "text/html")]
    [InlineData("kkiai", "GET", "/response", 200, "text/html")]
    public async Task Status_and_cancel_are_not_there(string host, string method, string suffix, int status, string contentType)
    {
        var id = await SubmitAsync(host, "a");

        var reply = await SendAsync(new HttpMethod(method), $"/{host}/fal-ai/imagen4/requests/{id}{suffix}");

        Assert.Equal((status, contentType), (reply.Status, reply.Header("Content-Type")));
        Assert.DoesNotContain(id, contentType == "text/html" ? reply.Text : "", StringComparison.Ordinal);
        Assert.Equal("IN_PROGRESS", (await Client.GetAsync("/_emulator/jobs")).Json[0].GetProperty("state").GetString());
    }

    [Fact]
    public async Task Only_kkiai_has_one_name_for_all_models()
    {
        var (there, here) = (await SubmitAsync("chainhub", "a"), await SubmitAsync("kkiai", "b"));
        Time.Advance(GenerationSeconds * 2);

        Assert.Equal(404, (await GetAsync($"/chainhub/fal-ai/auto/requests/{there}")).Status);
        Assert.Equal(200, (await GetAsync($"/kkiai/fal-ai/auto/requests/{here}")).Status);
    }

    [Fact]
    public async Task Nobody_knows_the_requests_of_another()
    {
        var id = await SubmitAsync("kkiai", "a");
        Time.Advance(GenerationSeconds);

        Assert.Equal(404, (await ResultAsync("chainhub", id)).Status);
        Authorization = "Key test-key";
        Assert.Equal(404, (await GetAsync($"/fal-ai/imagen4/requests/{id}")).Status);
    }

    [Theory]
    [InlineData("chainhub", "Key test-key")]
    [InlineData("chainhub", null)]
    [InlineData("kkiai", "Key test-key")]
    [InlineData("kkiai", "Bearer ")]
    public async Task Only_a_bearer_token_opens(string host, string? authorization)
    {
        var id = await SubmitAsync(host, "a");
        Authorization = authorization;

        Assert.Equal(401, (await SendAsync(HttpMethod.Post, $"/{host}/fal-ai/imagen4/preview", """{"prompt":"a"}""")).Status);
        Assert.Equal(401, (await ResultAsync(host, id)).Status);
        Assert.Single(await BillsAsync());
    }

    private async Task<string> SubmitAsync(string host, string prompt) =>
        IdOf(await SendAsync(HttpMethod.Post, $"/{host}/fal-ai/imagen4/preview", $$"""{"prompt":"{{prompt}}"}"""));

    private Task<Reply> ResultAsync(string host, string id) => GetAsync($"/{host}/fal-ai/imagen4/requests/{id}");

    private Task<Reply> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    private Task<Reply> SendAsync(HttpMethod method, string path, string? body = null)
    {
        Client.Authorization = Authorization;
        return Client.SendAsync(method, path, body);
    }

    private static string IdOf(Reply reply) => reply.Json.GetProperty("request_id").GetString()!;
}
