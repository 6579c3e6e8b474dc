using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Hosts;

public sealed class FalSyncTests : EmulatorTest
{
    private const string Url = "/fal-sync/fal-ai/imagen4/preview";

    [Fact]
    public async Task Answer_is_the_result_and_comes_when_the_model_is_done()
    {
        var call = Client.SendAsync(HttpMethod.Post, Url, """{"prompt":"a red fox","num_images":2}""");
        await Eventually.TrueAsync(async () => (await BillsAsync()).Count == 1);
        Assert.False(call.IsCompleted);

        Time.Advance(GenerationSeconds);
        var reply = await call;

        var bill = Assert.Single(await BillsAsync());
        Assert.Equal((200, "2"), (reply.Status, reply.Header("X-Fal-Billable-Units")));
        Assert.Equal(bill.GetProperty("request_id").GetString(), reply.Header("x-fal-request-id"));
        Assert.Equal(("fal-sync", FalClient.Model), (bill.GetProperty("host").GetString(), bill.GetProperty("model").GetString()));
        foreach (var image in reply.Json.GetProperty("images").EnumerateArray())
        {
            Assert.Equal(200, (await Client.DownloadAsync(image.GetProperty("url").GetString()!)).Status);
        }
    }

    [Theory]
    [InlineData("[emulator:content_policy_violation]", 422, "content_policy_violation")]
    [InlineData("[emulator:generation_timeout]", 504, "generation_timeout")]
    public async Task Failure_has_the_models_own_status_and_headers(string prompt, int status, string type)
    {
        var reply = await NowAsync($$"""{"prompt":"{{prompt}}"}""");

        Assert.Equal((status, type), (reply.Status, reply.Header("X-Fal-Error-Type")));
        Assert.Equal(type, reply.Json.GetProperty("detail")[0].GetProperty("type").GetString());
        Assert.Null(reply.Header("X-Fal-Billable-Units"));
    }

    [Fact]
    public async Task Runner_that_goes_away_is_a_flat_503()
    {
        var reply = await NowAsync("""{"prompt":"[emulator:runner_disconnected]"}""");

        Assert.Equal(503, reply.Status);
        Assert.Equal("""{"detail":"Runner disconnected","error_type":"runner_disconnected"}""", reply.Text);
        Assert.NotNull(reply.Header("x-fal-request-id"));
    }

    [Theory]
    [InlineData("POST", "/fal-sync/fal-ai/imagen4/retired", 404)]
    [InlineData("POST", "/fal-sync/fal-ai/imagen9", 404)]
    [InlineData("POST", "/fal-sync/fal-ai", 404)]
    [InlineData("GET", Url, 405)]
    public async Task What_is_not_there_is_not_billed(string method, string path, int status)
    {
        var reply = await Client.SendAsync(new HttpMethod(method), path, method == "POST" ? """{"prompt":"a"}""" : null);

        Assert.Equal(status, reply.Status);
        Assert.Empty(await BillsAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer test-key")]
    public async Task Only_a_key_opens(string? authorization)
    {
        Client.Authorization = authorization;

        Assert.Equal(401, (await NowAsync("""{"prompt":"a"}""")).Status);
    }

    [Fact]
    public async Task Jobs_of_the_queue_hold_the_slot()
    {
        var queued = await Client.SubmitPromptAsync("first");
        var call = Client.SendAsync(HttpMethod.Post, Url, """{"prompt":"second"}""");
        await Eventually.TrueAsync(async () => (await BillsAsync()).Count == 2);

        Time.Advance(GenerationSeconds);
        Assert.Equal(200, (await Client.StatusAsync(queued)).Status);
        Assert.False(call.IsCompleted);
        Time.Advance(GenerationSeconds);

        Assert.Equal(200, (await call).Status);
    }

    [Fact]
    public async Task Queue_does_not_know_its_jobs()
    {
        var id = (await NowAsync("""{"prompt":"a"}""")).Header("x-fal-request-id")!;

        Assert.Equal(404, (await Client.StatusAsync(id)).Status);
    }

    [Fact]
    public async Task Fault_after_accept_is_billed()
    {
        const string Rule = """{"operation":"submit","match":"/fal-sync/","kind":"abort","after_accept":true}""";
        await Client.SendAsync(HttpMethod.Post, "/_emulator/faults", Rule);

        Assert.Equal(200, (await Client.SubmitAsync("""{"prompt":"the queue is not hit"}""")).Status);
        await Assert.ThrowsAsync<HttpRequestException>(() => NowAsync("""{"prompt":"a"}"""));

        Assert.Equal(2, (await BillsAsync()).Count);
    }

    private async Task<Reply> NowAsync(string input)
    {
        await Client.SendAsync(HttpMethod.Put, "/_emulator/settings", """{"generation_time":0}""");
        return await Client.SendAsync(HttpMethod.Post, Url, input);
    }
}

/// <summary>The examples of fal's documents, each with the schema of its date.</summary>
public sealed class FalDocumentTests
{
    [Fact]
    public async Task Preview_answers_its_example_as_its_document_says()
    {
        var document = SeedDocument.Open("fal-preview");
        var reply = await PostAsync("2025-10", "fal-ai/imagen4/preview", document.ObjectAfter("**Full Example**"));

        var (url, seed) = (UrlOf(reply), reply.Json.GetProperty("seed").GetRawText());
        Assert.Equal(200, reply.Status);
        Assert.Equal(
            document.ObjectAfter("**Example Response**")
                .Replace("https://v3.fal.media/files/rabbit/rmgBxhwGYb2d3pl3x9sKf_output.png", url, StringComparison.Ordinal)
                .Replace("\"seed\":42", $"\"seed\":{seed}", StringComparison.Ordinal),
            reply.Text);
    }

    [Fact]
    public async Task Preview_takes_the_required_parameters_alone()
    {
        var input = SeedDocument.Open("fal-preview").ObjectAfter("**Required Parameters Example**");

        Assert.Equal(200, (await PostAsync("2025-10", "fal-ai/imagen4/preview", input)).Status);
    }

    [Fact]
    public async Task Fast_answers_its_example_as_its_document_says()
    {
        var document = SeedDocument.Open("fal-fast");
        var reply = await PostAsync("2025-12", "fal-ai/imagen4/preview/fast", document.ObjectAfter("available in the request history."));

        var (url, name) = (UrlOf(reply), reply.Json.GetProperty("images")[0].GetProperty("file_name").GetString());
        Assert.Equal(
            document.ObjectAfter("The generated images.")
                .Replace("https://v3.fal.media/files/elephant/MNWc2sdR8v_VLWqVp7ag8_output.png", url, StringComparison.Ordinal)
                .Replace("MNWc2sdR8v_VLWqVp7ag8_output.png", name, StringComparison.Ordinal),
            reply.Text);
    }

    private static async Task<Reply> PostAsync(string schema, string model, string input)
    {
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions { Schema = schema, GenerationTime = TimeSpan.Zero });
        using var client = new FalClient(server.Address);
        return await client.SendAsync(HttpMethod.Post, $"/fal-sync/{model}", input);
    }

    private static string UrlOf(Reply reply) => reply.Json.GetProperty("images")[0].GetProperty("url").GetString()!;
}
