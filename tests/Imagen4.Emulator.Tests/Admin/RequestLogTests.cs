using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Admin;

public sealed class RequestLogTests : EmulatorTest
{
    [Fact]
    public async Task Records_what_was_sent_and_answered_without_the_key()
    {
        var id = await Client.SubmitPromptAsync("a red fox", ("User-Agent", "tests/1.0"), ("X-Fal-Tags", "blue"));
        await Client.StatusAsync(id, "?logs=1");

        var requests = await RequestsAsync();

        Assert.Equal(
            [$"POST /{FalClient.Model} 200", $"GET /{FalClient.App}/requests/{id}/status?logs=1 202"],
            requests.Select(request => $"{request.GetProperty("method")} {request.GetProperty("path")} {request.GetProperty("status")}"));
        var headers = requests[0].GetProperty("headers");
        Assert.Equal("Key", headers.GetProperty("authorization").GetString());
        Assert.Equal("tests/1.0", headers.GetProperty("user-agent").GetString());
        Assert.Equal("blue", headers.GetProperty("x-fal-tags").GetString());
        Assert.DoesNotContain("test-key", (await Client.GetAsync("/_emulator/requests")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Looking_leaves_no_trace()
    {
        await Client.GetAsync("/");
        await Client.GetAsync("/_emulator/jobs");

        Assert.Empty(await RequestsAsync());
    }

    [Fact]
    public async Task Can_be_cleared()
    {
        await Client.SubmitPromptAsync("a red fox");

        await Client.SendAsync(HttpMethod.Delete, "/_emulator/requests");

        Assert.Empty(await RequestsAsync());
    }
}
