using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Faults;

/// <summary>Errors that come after a request was taken and billed, or without: the same to see, but for what they name.</summary>
public sealed class TakenRequestTests : FaultTest
{
    [Theory]
    [InlineData("/fal-ai/imagen4/preview", "Key k")]
    [InlineData("/fal-sync/fal-ai/imagen4/preview", "Key k")]
    [InlineData("/chainhub/fal-ai/imagen4/preview", "Bearer k")]
    [InlineData("/kkiai/fal-ai/imagen4/preview", "Bearer k")]
    [InlineData("/aimlapi/v1/images/generations", "Bearer k")]
    public async Task A_rule_names_the_request_in_its_header_and_body(string path, string key)
    {
        await Client.SendAsync(HttpMethod.Put, "/_emulator/settings", """{"generation_time":0}""");
        Client.Authorization = key;
        foreach (var taken in (bool[])[true, false])
        {
            await Client.SendAsync(HttpMethod.Post, "/_emulator/reset");
            await AddAsync($$$"""
                {"operation":"submit","kind":"status","status":429,"after_accept":{{{(taken ? "true" : "false")}}},
                 "body":{"detail":"busy","request_id":"{request_id}"},"headers":{"x-fal-request-id":"{request_id}"}}
                """);

            var reply = await Client.SendAsync(HttpMethod.Post, path, CallsOfEachOperation.Generation);

            var named = reply.Json.GetProperty("request_id").GetString();
            Assert.Equal((429, named), (reply.Status, reply.Header("x-fal-request-id")));
            Assert.True(Guid.TryParse(named, out _));
            Assert.Equal(taken ? [named] : [], (await BillsAsync()).Select(bill => bill.GetProperty("request_id").GetString()));
        }
    }

    [Fact]
    public async Task A_header_without_a_value_takes_the_operations_own_off()
    {
        await AddAsync("""{"operation":"submit","kind":"status","status":502,"after_accept":true,"headers":{"x-fal-request-id":"","X-Fal-Billable-Units":"1"}}""");

        var reply = await Client.SubmitAsync(CallsOfEachOperation.Prompt);

        Assert.Equal((502, null, "1"), (reply.Status, reply.Header("x-fal-request-id"), reply.Header("X-Fal-Billable-Units")));
        Assert.Single(await BillsAsync());
    }

    [Theory]
    [InlineData("/fal-ai/imagen4/preview", "Key k", """{"detail":"Injected fault","error_type":"internal_error"}""", "internal_error")]
    [InlineData("/fal-sync/fal-ai/imagen4/preview", "Key k", """{"detail":"Injected fault","error_type":"internal_error"}""", "internal_error")]
    [InlineData("/chainhub/fal-ai/imagen4/preview", "Bearer k", """{"error":{"message":"Injected fault","type":"invalid_request_error"}}""", null)]
    [InlineData("/kkiai/fal-ai/imagen4/preview", "Bearer k", """{"detail":"Injected fault"}""", null)]
    public async Task Own_error_has_the_hosts_own_form_whether_the_request_was_taken_or_not(string path, string key, string form, string? type)
    {
        Client.Authorization = key;
        foreach (var (afterAccept, bills) in ((string, int)[])[("false", 0), ("true", 1)])
        {
            await Client.SendAsync(HttpMethod.Post, "/_emulator/reset");
            await AddAsync($$"""{"operation":"submit","kind":"own_error","status":503,"after_accept":{{afterAccept}}}""");

            var reply = await Client.SendAsync(HttpMethod.Post, path, CallsOfEachOperation.Prompt);

            Assert.Equal((503, form, type), (reply.Status, reply.Text, reply.Header("X-Fal-Error-Type")));
            Assert.Equal(bills, (await BillsAsync()).Count);
        }
    }

    [Theory]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Own_error_of_aimlapi_is_told_from_none_by_the_bill_alone(int status)
    {
        Client.Authorization = "Bearer k";
        foreach (var (afterAccept, bills) in ((string, int)[])[("false", 0), ("true", 1)])
        {
            await Client.SendAsync(HttpMethod.Post, "/_emulator/reset");
            await AddAsync($$"""{"operation":"submit","kind":"own_error","status":{{status}},"after_accept":{{afterAccept}}}""");

            var reply = await Client.SendAsync(HttpMethod.Post, "/aimlapi/v1/images/generations", CallsOfEachOperation.Generation);

            Assert.Equal((status, status), (reply.Status, reply.Json.GetProperty("statusCode").GetInt32()));
            Assert.Equal(["message", "path", "requestId", "statusCode", "timestamp"], reply.Json.EnumerateObject().Select(member => member.Name));
            Assert.Equal(reply.Header("x-request-id"), reply.Json.GetProperty("requestId").GetString());
            Assert.Equal(bills, (await BillsAsync()).Count);
        }
    }

    [Theory]
    [InlineData("status", "GET", "/status")]
    [InlineData("stream", "GET", "/status/stream")]
    [InlineData("result", "GET", "")]
    [InlineData("cancel", "PUT", "/cancel")]
    public async Task An_unmarked_answer_to_a_read_changes_nothing_about_the_request(string operation, string method, string end)
    {
        var id = await Client.SubmitPromptAsync("a");
        foreach (var status in (int[])[400, 401, 402, 403, 404, 405, 409, 410, 422, 429, 499, 500, 502, 503, 504])
        {
            await AddAsync($$$"""{"operation":"{{{operation}}}","kind":"status","status":{{{status}}},"body":{"detail":"upstream is overloaded"}}""");

            var reply = await Client.SendAsync(new HttpMethod(method), $"/{FalClient.App}/requests/{id}{end}");

            Assert.Equal((status, """{"detail":"upstream is overloaded"}"""), (reply.Status, reply.Text));
            Assert.DoesNotContain(reply.Headers.Keys, name => name.StartsWith("x-fal-", StringComparison.OrdinalIgnoreCase));
            Assert.Equal("IN_PROGRESS", (await Client.StatusAsync(id)).Json.GetProperty("status").GetString());
        }

        Time.Advance(GenerationSeconds);
        Assert.Equal(200, (await Client.ResultAsync(id)).Status);
        Assert.Single(await BillsAsync());
    }

    [Fact]
    public async Task A_cancel_that_is_performed_has_its_effect_whatever_its_answer_says()
    {
        var id = await Client.SubmitPromptAsync("a");
        await AddAsync("""{"operation":"cancel","kind":"status","status":503,"body":{"detail":"upstream is overloaded"},"after_accept":true}""");

        Assert.Equal(503, (await Client.CancelAsync(id)).Status);

        Assert.Equal("client_cancelled", (await Client.StatusAsync(id)).Json.GetProperty("error_type").GetString());
    }
}
