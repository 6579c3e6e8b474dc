using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Fal;

public sealed class SubmitTests : EmulatorTest
{
    [Fact]
    public async Task Answer_has_the_hosts_keys_in_the_hosts_order()
    {
        var reply = await Client.SubmitAsync("""{"prompt":"a red fox"}""");

        var id = reply.Json.GetProperty("request_id").GetString();
        var url = $"{Address}fal-ai/imagen4/requests/{id}";
        Assert.Equal(200, reply.Status);
        var urls = $$"""{"response_url":"{{url}}","status_url":"{{url}}/status","cancel_url":"{{url}}/cancel"}""";
        Assert.Equal(
            $$"""{"status":"IN_QUEUE","request_id":"{{id}}",{{urls[1..^1]}},"logs":null,"metrics":{},"queue_position":0}""",
            reply.Text);
        Assert.Equal("application/json", reply.Header("Content-Type"));
        Assert.Equal(id, reply.Header("x-fal-request-id"));
    }

    [Theory]
    [InlineData("fal-ai/imagen4/preview")]
    [InlineData("fal-ai/imagen4/preview/")]
    [InlineData("fal-ai/imagen4/preview/fast")]
    [InlineData("fal-ai/imagen4/preview/ultra")]
    public async Task Known_models_are_accepted(string model)
    {
        var reply = await Client.SubmitAsync("""{"prompt":"a red fox"}""", model);

        Assert.Equal(200, reply.Status);
        Assert.Contains("/fal-ai/imagen4/requests/", reply.Json.GetProperty("status_url").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fal-ai/imagen4/retired", "retired")]
    [InlineData("fal-ai/imagen9/preview", "not found")]
    [InlineData("fal-ai", "Not Found")]
    public async Task Other_models_are_not_found_and_not_billed(string model, string words)
    {
        var reply = await Client.SubmitAsync("""{"prompt":"a red fox"}""", model);

        Assert.Equal(404, reply.Status);
        Assert.Contains(words, reply.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(await BillsAsync());
    }

    [Theory]
    [InlineData("", "json_invalid")]
    [InlineData("{\"prompt\":", "json_invalid")]
    [InlineData("[]", "model_attributes_type")]
    [InlineData("\"a red fox\"", "model_attributes_type")]
    [InlineData("null", "model_attributes_type")]
    public async Task Body_that_is_no_object_is_refused_and_not_billed(string body, string type)
    {
        var reply = await Client.SubmitAsync(body);

        Assert.Equal(422, reply.Status);
        Assert.Null(reply.Header("x-fal-request-id"));
        Assert.Equal(type, reply.Json.GetProperty("detail")[0].GetProperty("type").GetString());
        Assert.Equal("false", reply.Header("X-Fal-Retryable"));
        Assert.Empty(await BillsAsync());
    }

    [Fact]
    public async Task Prompt_of_a_megabyte_is_accepted()
    {
        var reply = await Client.SubmitAsync($$"""{"prompt":"{{new string('x', 1_000_000)}}"}""");

        Assert.Equal(200, reply.Status);
    }

    [Fact]
    public async Task Queue_longer_than_the_client_allows_refuses_and_does_not_bill()
    {
        await Client.SubmitPromptAsync("runs");
        await Client.SubmitPromptAsync("waits");

        var accepted = await Client.SubmitAsync("""{"prompt":"allows one"}""", $"{FalClient.Model}?fal_max_queue_length=1");
        var refused = await Client.SubmitAsync("""{"prompt":"allows one"}""", $"{FalClient.Model}?fal_max_queue_length=1");

        Assert.Equal(200, accepted.Status);
        Assert.Equal(429, refused.Status);
        Assert.Equal("1", refused.Header("X-Fal-Needs-Retry"));
        Assert.Null(refused.Header("x-fal-request-id"));
        Assert.Equal(3, (await BillsAsync()).Count);
    }

    [Fact]
    public async Task Urls_follow_the_address_that_the_client_used()
    {
        using var client = new FalClient(new Uri($"http://localhost:{Address.Port}"));

        var reply = await client.SubmitAsync("""{"prompt":"a red fox"}""");

        var url = reply.Json.GetProperty("status_url").GetString();
        Assert.StartsWith($"http://localhost:{Address.Port}/fal-ai/", url, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/fal-ai/imagen4/preview")]
    [InlineData("POST", "/fal-ai/imagen4/requests/x/status")]
    [InlineData("GET", "/fal-ai/imagen4/requests/x/cancel")]
    public async Task Wrong_method_is_not_allowed(string method, string path)
    {
        var reply = await Client.SendAsync(new HttpMethod(method), path);

        Assert.Equal(405, reply.Status);
    }
}
