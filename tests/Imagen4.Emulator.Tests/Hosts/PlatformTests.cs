using System.Text.Json;
using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Hosts;

public sealed class PlatformTests : EmulatorTest
{
    private const string Requests = "/v1/models/requests/by-endpoint";

    [Theory]
    [InlineData("fal-ai/imagen4/preview", "0.05")]
    [InlineData("fal-ai/imagen4/preview/ultra", "0.06")]
    [InlineData("fal-ai/imagen4/preview/fast", "0.02")]
    public async Task Price_of_each_model(string model, string price)
    {
        var reply = await Client.GetAsync($"/v1/models/pricing?endpoint_id={Uri.EscapeDataString(model)}");

        Assert.Equal(200, reply.Status);
        Assert.Equal(
            $$"""{"prices":[{"endpoint_id":"{{model}}","unit_price":{{price}},"unit":"image","currency":"USD"}]}""", reply.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?endpoint_id=fal-ai/imagen9")]
    [InlineData("?endpoint_id=fal-ai/imagen4/retired")]
    public async Task Unknown_models_have_no_price(string query)
    {
        Assert.Equal("""{"prices":[]}""", (await Client.GetAsync($"/v1/models/pricing{query}")).Text);
    }

    [Fact]
    public async Task Prices_of_several_models()
    {
        var model = FalClient.Model;

        var reply = await Client.GetAsync($"/v1/models/pricing?endpoint_id={model}&endpoint_id={model}/fast,{model}/ultra");

        Assert.Equal(3, reply.Json.GetProperty("prices").GetArrayLength());
    }

    [Theory]
    [InlineData("/v1/models/pricing")]
    [InlineData(Requests)]
    public async Task Only_a_key_opens(string path)
    {
        Client.Authorization = "Bearer test-key";

        var reply = await Client.GetAsync(path);

        Assert.Equal(401, reply.Status);
        Assert.Equal("authorization_error", reply.Json.GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public async Task History_says_what_came_of_each_request_newest_first()
    {
        var failed = await Client.SubmitPromptAsync("[emulator:content_policy_violation]");
        Time.Advance(GenerationSeconds);
        var runs = await Client.SubmitPromptAsync("b", ("X-Fal-Tags", "project=a,run=7"));
        var waits = await Client.SubmitPromptAsync("c");

        var items = await ItemsAsync("");

        string[] names = ["request_id", "endpoint_id", "sent_at", "started_at", "ended_at", "status", "status_code"];
        Assert.Equal(names, items[0].EnumerateObject().Select(property => property.Name));
        Assert.Equal([waits, runs, failed], items.Select(item => item.GetProperty("request_id").GetString()));
        Assert.Equal(["IN_QUEUE", "IN_PROGRESS", "COMPLETED"], items.Select(item => item.GetProperty("status").GetString()));
        Assert.Equal(["", "", "422"], items.Select(item => item.GetProperty("status_code").ToString()));
        Assert.Equal(["", "2026-04-01T12:00:10Z", "2026-04-01T12:00:00Z"], items.Select(item => item.GetProperty("started_at").ToString()));
    }

    [Fact]
    public async Task History_has_the_input_when_it_is_asked_for()
    {
        await Client.SubmitAsync("""{"prompt":"zwei Füchse", "num_images":2.0}""");

        var item = Assert.Single(await ItemsAsync("&expand=payloads"));

        Assert.Equal("""{"prompt":"zwei Füchse", "num_images":2.0}""", item.GetProperty("input").GetRawText());
        Assert.Equal(item.GetProperty("input").GetRawText(), item.GetProperty("json_input").GetRawText());
    }

    [Fact]
    public async Task History_has_the_requests_of_its_endpoint_with_and_without_the_queue()
    {
        await Client.SendAsync(HttpMethod.Put, "/_emulator/settings", """{"generation_time":0}""");
        await Client.SubmitAsync("""{"prompt":"other"}""", $"{FalClient.Model}/fast");
        var direct = await Client.SendAsync(HttpMethod.Post, $"/fal-sync/{FalClient.Model}", """{"prompt":"here"}""");
        Client.Authorization = "Bearer test-key";
        await Client.SendAsync(HttpMethod.Post, $"/chainhub/{FalClient.Model}", """{"prompt":"somebody else's"}""");
        Client.Authorization = "Key test-key";

        var item = Assert.Single(await ItemsAsync(""));

        Assert.Equal(direct.Header("x-fal-request-id"), item.GetProperty("request_id").GetString());
    }

    [Fact]
    public async Task History_comes_in_pages()
    {
        foreach (var prompt in (string[])["a", "b", "c"])
        {
            await Client.SubmitPromptAsync(prompt);
        }

        var first = (await Client.GetAsync($"{Requests}?endpoint_id={FalClient.Model}&limit=2")).Json;
        var cursor = first.GetProperty("next_cursor").GetString();
        var second = (await Client.GetAsync($"{Requests}?endpoint_id={FalClient.Model}&limit=2&cursor={cursor}")).Json;

        Assert.Equal((2, true), (first.GetProperty("items").GetArrayLength(), first.GetProperty("has_more").GetBoolean()));
        Assert.Equal((1, false), (second.GetProperty("items").GetArrayLength(), second.GetProperty("has_more").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next_cursor").ValueKind);
    }

    [Fact]
    public async Task History_can_be_asked_for_a_span_of_time()
    {
        await Client.SubmitPromptAsync("early");
        Time.Advance(60);
        var id = await Client.SubmitPromptAsync("late");

        var item = Assert.Single(await ItemsAsync("&start=2026-04-01T12:00:30Z&end=2026-04-01T12:02:00Z"));

        Assert.Equal(id, item.GetProperty("request_id").GetString());
    }

    [Fact]
    public async Task History_can_be_asked_for_one_request()
    {
        var id = await Client.SubmitPromptAsync("a");
        await Client.SubmitPromptAsync("b");

        Assert.Equal(id, Assert.Single(await ItemsAsync($"&request_id={id}")).GetProperty("request_id").GetString());
        Assert.Empty(await ItemsAsync("&request_id=nobody"));
    }

    [Fact]
    public async Task History_can_be_asked_for_an_outcome()
    {
        var (good, refused, broken) = (
            await Client.SubmitPromptAsync("a"),
            await Client.SubmitPromptAsync("[emulator:content_policy_violation]"),
            await Client.SubmitPromptAsync("[emulator:internal_server_error]"));
        Time.Advance(3 * GenerationSeconds);
        await Client.SubmitPromptAsync("not ended");

        foreach (var (outcome, id) in ((string, string)[])[("success", good), ("user_error", refused), ("error", broken)])
        {
            Assert.Equal(id, Assert.Single(await ItemsAsync($"&status={outcome}")).GetProperty("request_id").GetString());
        }
    }

    [Fact]
    public async Task History_is_of_the_last_day_unless_a_start_or_one_request_is_asked_for()
    {
        var id = await Client.SubmitPromptAsync("old");
        Time.Advance(2 * 86_400);

        Assert.Empty(await ItemsAsync(""));
        Assert.Single(await ItemsAsync("&start=2026-04-01"));
        Assert.Single(await ItemsAsync($"&request_id={id}"));
    }

    [Fact]
    public async Task History_ends_before_its_end()
    {
        await Client.SubmitPromptAsync("a");

        Assert.Empty(await ItemsAsync("&end=2026-04-01T12:00:00Z"));
        Assert.Single(await ItemsAsync("&end=2026-04-01T12:00:01Z"));
    }

    [Fact]
    public async Task History_shows_no_tags()
    {
        await Client.SubmitPromptAsync("a", ("X-Fal-Tags", "imagen4-key=1"));

        Assert.False(Assert.Single(await ItemsAsync("")).TryGetProperty("tags", out _));
        Assert.Equal("imagen4-key=1", Assert.Single(await BillsAsync()).GetProperty("tags").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("?endpoint_id=a&limit=many")]
    [InlineData("?endpoint_id=a&start=soon")]
    [InlineData("?endpoint_id=a&status=COMPLETED")]
    public async Task Question_that_makes_no_sense_is_refused(string query)
    {
        Assert.Equal(400, (await Client.GetAsync($"{Requests}{query}")).Status);
    }

    [Fact]
    public async Task History_can_be_switched_off_and_on()
    {
        await Client.SubmitPromptAsync("a");
        var settings = await Client.SendAsync(HttpMethod.Put, "/_emulator/settings", """{"history":false}""");
        Assert.Equal("""{"slots":1,"generation_time":10,"history":false,"private_files":false}""", settings.Text);

        await Client.SendAsync(HttpMethod.Put, "/_emulator/settings", """{"slots":1}""");
        Assert.Equal(404, (await Client.GetAsync($"{Requests}?endpoint_id={FalClient.Model}")).Status);

        await Client.SendAsync(HttpMethod.Put, "/_emulator/settings", """{"history":true}""");
        Assert.Single(await ItemsAsync(""));
    }

    private async Task<JsonElement[]> ItemsAsync(string query)
    {
        var reply = await Client.GetAsync($"{Requests}?endpoint_id={Uri.EscapeDataString(FalClient.Model)}{query}");
        Assert.Equal(200, reply.Status);
        return [.. reply.Json.GetProperty("items").EnumerateArray()];
    }
}
