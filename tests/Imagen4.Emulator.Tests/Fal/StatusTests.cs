using System.Text.Json;
using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Fal;

public sealed class StatusTests : EmulatorTest
{
    [Fact]
    public async Task Three_states_with_202_202_and_200()
    {
        var first = await Client.SubmitPromptAsync("runs");
        var second = await Client.SubmitPromptAsync("waits");

        var waiting = await Client.StatusAsync(second);
        Assert.Equal((202, "IN_QUEUE"), (waiting.Status, State(waiting)));
        Assert.Equal(0, waiting.Json.GetProperty("queue_position").GetInt32());

        var running = await Client.StatusAsync(first);
        Assert.Equal((202, "IN_PROGRESS"), (running.Status, State(running)));
        Assert.False(running.Json.TryGetProperty("queue_position", out _));

        Time.Advance(GenerationSeconds);
        var done = await Client.StatusAsync(first);
        Assert.Equal((200, "COMPLETED"), (done.Status, State(done)));
        Assert.Equal(GenerationSeconds, done.Json.GetProperty("metrics").GetProperty("inference_time").GetDouble());
        Assert.Equal("IN_PROGRESS", State(await Client.StatusAsync(second)));
    }

    [Fact]
    public async Task Every_status_has_the_id_the_urls_and_the_logs_key()
    {
        var id = await Client.SubmitPromptAsync("runs");
        await Client.SubmitPromptAsync("waits");

        for (var step = 0; step < 2; step++)
        {
            var reply = await Client.StatusAsync(id);
            var json = reply.Json;
            var url = $"{Address}fal-ai/imagen4/requests/{id}";
            Assert.Equal(id, json.GetProperty("request_id").GetString());
            Assert.Equal(id, reply.Header("x-fal-request-id"));
            Assert.Equal(url, json.GetProperty("response_url").GetString());
            Assert.Equal($"{url}/status", json.GetProperty("status_url").GetString());
            Assert.Equal($"{url}/cancel", json.GetProperty("cancel_url").GetString());
            Assert.Equal(JsonValueKind.Null, json.GetProperty("logs").ValueKind);
            Time.Advance(GenerationSeconds);
        }
    }

    [Theory]
    [InlineData("?logs=1", true)]
    [InlineData("?logs=true", true)]
    [InlineData("?logs=0", false)]
    [InlineData("?logs=false", false)]
    [InlineData("", false)]
    public async Task Logs_come_when_asked_for(string query, bool expected)
    {
        var id = await Client.SubmitPromptAsync("a red fox");
        Time.Advance(GenerationSeconds / 2);

        var logs = (await Client.StatusAsync(id, query)).Json.GetProperty("logs");

        Assert.Equal(expected ? JsonValueKind.Array : JsonValueKind.Null, logs.ValueKind);
        if (expected)
        {
            Assert.Equal(3, logs.GetArrayLength());
            Assert.All(logs.EnumerateArray(), entry =>
            {
                Assert.NotEmpty(entry.GetProperty("message").GetString()!);
                Assert.Contains(entry.GetProperty("level").GetString(), (string[])["INFO", "DEBUG"]);
                Assert.True(entry.GetProperty("timestamp").GetDateTime() <= Time.GetUtcNow().UtcDateTime);
            });
        }
    }

    [Theory]
    [InlineData("/fal-ai/imagen4/requests/{id}/status", 202)]
    [InlineData("/fal-ai/imagen4/requests/{id}/status/", 202)]
    [InlineData("/fal-ai/imagen4/preview/requests/{id}/status", 202)]
    [InlineData("/fal-ai/imagen4/preview/fast/requests/{id}/status/?logs=1", 202)]
    [InlineData("/fal-ai/imagen9/requests/{id}/status", 404)]
    [InlineData("/fal-ai/imagen4/requests/484ccb37-5477-44fe-8e75-6d6f6e9160b3/status", 404)]
    [InlineData("/fal-ai/imagen4/requests/484ccb37-5477-44fe-8e75-6d6f6e9160b3", 404)]
    [InlineData("/fal-ai/imagen4/requests/484ccb37-5477-44fe-8e75-6d6f6e9160b3/status/stream", 404)]
    public async Task Reads_by_app_and_by_full_id_with_and_without_slash(string path, int status)
    {
        var id = await Client.SubmitPromptAsync("a red fox");

        var reply = await Client.GetAsync(path.Replace("{id}", id, StringComparison.Ordinal));

        Assert.Equal(status, reply.Status);
        if (status == 404)
        {
            Assert.Equal("""{"status":"NOT_FOUND"}""", reply.Text);
        }
    }

    [Fact]
    public async Task Failed_job_is_completed_and_names_its_error()
    {
        var id = await Client.SubmitPromptAsync("[emulator:runner_disconnected]");
        Time.Advance(GenerationSeconds);

        var reply = await Client.StatusAsync(id, "?logs=1");

        Assert.Equal((200, "COMPLETED"), (reply.Status, State(reply)));
        Assert.Equal("runner_disconnected", reply.Json.GetProperty("error_type").GetString());
        Assert.NotEmpty(reply.Json.GetProperty("error").GetString()!);
        Assert.Equal("ERROR", reply.Json.GetProperty("logs").EnumerateArray().Last().GetProperty("level").GetString());
    }

    [Fact]
    public async Task Successful_job_has_no_error_keys()
    {
        var id = await Client.SubmitPromptAsync("a red fox");
        Time.Advance(GenerationSeconds);

        var json = (await Client.StatusAsync(id)).Json;

        Assert.False(json.TryGetProperty("error", out _));
        Assert.False(json.TryGetProperty("error_type", out _));
    }

    private static string? State(Reply reply) => reply.Json.GetProperty("status").GetString();
}
