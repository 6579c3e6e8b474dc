using System.Text.Json;
using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Fal;

public sealed class QueueSettingsTests : EmulatorTest
{
    [Theory]
    [InlineData("X-Fal-Request-Start-Timeout")]
    [InlineData("X-Fal-Request-Timeout")]
    public async Task Job_that_does_not_start_in_time_ends(string header)
    {
        await Client.SubmitPromptAsync("runs");
        var id = await Client.SubmitPromptAsync("waits", (header, "5"));

        Time.Advance(4.9);
        Assert.Equal("IN_QUEUE", (await Client.StatusAsync(id)).Json.GetProperty("status").GetString());
        Time.Advance(0.2);

        var status = await Client.StatusAsync(id);
        Assert.Equal(200, status.Status);
        Assert.Equal("request_timeout", status.Json.GetProperty("error_type").GetString());
        Assert.False(status.Json.GetProperty("metrics").TryGetProperty("inference_time", out _));
        var result = await Client.ResultAsync(id);
        Assert.Equal((504, "user"), (result.Status, result.Header("X-Fal-Request-Timeout-Type")));
        Assert.Equal("""{"detail":"Request timed out","error_type":"request_timeout"}""", result.Text);
    }

    [Fact]
    public async Task Job_that_starts_in_time_may_take_longer()
    {
        var id = await Client.SubmitPromptAsync("runs", ("X-Fal-Request-Start-Timeout", "5"));
        var next = await Client.SubmitPromptAsync("starts at ten", ("X-Fal-Request-Start-Timeout", "11"));

        Time.Advance(GenerationSeconds * 2);

        Assert.Equal(200, (await Client.ResultAsync(id)).Status);
        Assert.Equal(200, (await Client.ResultAsync(next)).Status);
    }

    [Fact]
    public async Task Newer_name_of_the_timeout_wins()
    {
        await Client.SubmitPromptAsync("runs");
        var id = await Client.SubmitPromptAsync("waits", ("X-Fal-Request-Timeout", "5"), ("X-Fal-Request-Start-Timeout", "60"));

        Time.Advance(GenerationSeconds * 2);

        Assert.Equal(200, (await Client.ResultAsync(id)).Status);
    }

    [Fact]
    public async Task Expired_job_lets_the_later_ones_move_up()
    {
        await Client.SubmitPromptAsync("runs");
        await Client.SubmitPromptAsync("expires", ("X-Fal-Request-Start-Timeout", "5"));
        var last = await Client.SubmitPromptAsync("waits");
        Assert.Equal(1, (await Client.StatusAsync(last)).Json.GetProperty("queue_position").GetInt32());

        Time.Advance(6);

        Assert.Equal(0, (await Client.StatusAsync(last)).Json.GetProperty("queue_position").GetInt32());
    }

    [Fact]
    public async Task Cancelled_job_does_not_expire()
    {
        await Client.SubmitPromptAsync("runs");
        var id = await Client.SubmitPromptAsync("waits", ("X-Fal-Request-Start-Timeout", "5"));
        await Client.CancelAsync(id);

        Time.Advance(6);

        Assert.Equal(499, (await Client.ResultAsync(id)).Status);
    }

    [Fact]
    public async Task Direct_call_that_does_not_start_in_time_is_a_504_of_the_users()
    {
        await Client.SubmitPromptAsync("runs");
        var call = Client.SendAsync(
            HttpMethod.Post, $"/fal-sync/{FalClient.Model}", """{"prompt":"waits"}""", ("X-Fal-Request-Start-Timeout", "5"));
        await Eventually.TrueAsync(async () => (await BillsAsync()).Count == 2);

        Time.Advance(6);

        var reply = await call;
        Assert.Equal((504, "user"), (reply.Status, reply.Header("X-Fal-Request-Timeout-Type")));
    }

    [Fact]
    public async Task Timeout_that_nobody_set_is_not_the_users()
    {
        var result = await RunAsync("""{"prompt":"[emulator:request_timeout]"}""");

        Assert.Equal((504, null), (result.Status, result.Header("X-Fal-Request-Timeout-Type")));
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("0")]
    [InlineData("-5")]
    public async Task Timeout_that_is_no_time_is_refused(string value)
    {
        var reply = await Client.SubmitAsync("""{"prompt":"a"}""", FalClient.Model, ("X-Fal-Request-Start-Timeout", value));

        Assert.Equal(422, reply.Status);
        Assert.Empty(await BillsAsync());
    }

    [Fact]
    public async Task Tags_and_lifetime_are_on_the_job_and_on_its_bill()
    {
        const string Lifecycle = """{"expiration_duration_seconds": 3600}""";
        await Client.SubmitPromptAsync(
            "a",
            ("X-Fal-Tags", "project=a,run=7"),
            ("X-Fal-Object-Lifecycle-Preference", Lifecycle),
            ("X-Fal-Queue-Priority", "low"));

        var bill = Assert.Single(await BillsAsync());
        var job = Assert.Single((await Client.GetAsync("/_emulator/jobs")).Json.EnumerateArray());
        Assert.All((JsonElement[])[bill, job], seen =>
        {
            Assert.Equal("project=a,run=7", seen.GetProperty("tags").GetString());
            Assert.Equal(Lifecycle, seen.GetProperty("object_lifecycle").GetString());
        });
        Assert.True(job.GetProperty("low_priority").GetBoolean());
    }
}
