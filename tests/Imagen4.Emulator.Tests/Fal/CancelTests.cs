using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Fal;

public sealed class CancelTests : EmulatorTest
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Running_or_waiting_job_ends_at_once_with_499(bool running)
    {
        var first = await Client.SubmitPromptAsync("first");
        var second = await Client.SubmitPromptAsync("second");
        var id = running ? first : second;

        var cancelled = await Client.CancelAsync(id);
        Assert.Equal(202, cancelled.Status);
        Assert.Equal("""{"status":"CANCELLATION_REQUESTED"}""", cancelled.Text);

        var status = await Client.StatusAsync(id);
        Assert.Equal(200, status.Status);
        Assert.Equal("client_cancelled", status.Json.GetProperty("error_type").GetString());

        var result = await Client.ResultAsync(id);
        Assert.Equal(499, result.Status);
        Assert.Equal("client_cancelled", result.Header("X-Fal-Error-Type"));
        Assert.Equal("client_cancelled", result.Json.GetProperty("error_type").GetString());

        // The slot is free, or the line shorter: the other one gets its turn.
        Time.Advance(GenerationSeconds);
        Assert.Equal(200, (await Client.ResultAsync(running ? second : first)).Status);
    }

    [Fact]
    public async Task Ended_job_cannot_be_cancelled()
    {
        var id = await Client.SubmitPromptAsync("a red fox");
        Time.Advance(GenerationSeconds);

        var completed = await Client.CancelAsync(id);

        Assert.Equal(400, completed.Status);
        Assert.Equal("""{"status":"ALREADY_COMPLETED"}""", completed.Text);
        Assert.Equal(200, (await Client.ResultAsync(id)).Status);
    }

    [Fact]
    public async Task Second_cancel_comes_too_late()
    {
        var id = await Client.SubmitPromptAsync("a red fox");
        await Client.CancelAsync(id);

        Assert.Equal(400, (await Client.CancelAsync(id)).Status);
    }

    [Fact]
    public async Task Unknown_job_is_not_found()
    {
        var reply = await Client.CancelAsync("484ccb37-5477-44fe-8e75-6d6f6e9160b3");

        Assert.Equal(404, reply.Status);
        Assert.Equal("""{"status":"NOT_FOUND"}""", reply.Text);
    }
}
