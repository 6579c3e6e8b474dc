using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Admin;

public sealed class JobListTests : EmulatorTest
{
    [Fact]
    public async Task Newest_first_with_state_position_error_and_images()
    {
        await Client.SubmitPromptAsync("done");
        await Client.SubmitPromptAsync("[emulator:bad_request]");
        Time.Advance(2 * GenerationSeconds);
        await Client.SubmitPromptAsync("runs");
        await Client.SubmitPromptAsync("waits");

        var jobs = (await Client.GetAsync("/_emulator/jobs")).Json.EnumerateArray().ToArray();

        Assert.Equal(["waits", "runs", "[emulator:bad_request]", "done"], jobs.Select(job => job.GetProperty("prompt").GetString()));
        Assert.Equal(["IN_QUEUE", "IN_PROGRESS", "COMPLETED", "COMPLETED"], jobs.Select(job => job.GetProperty("state").GetString()));
        Assert.Equal(0, jobs[0].GetProperty("queue_position").GetInt32());
        Assert.Equal("bad_request", jobs[2].GetProperty("error_type").GetString());
        var image = Assert.Single(jobs[3].GetProperty("images").EnumerateArray());
        Assert.Equal(200, (await Client.DownloadAsync(image.GetString()!)).Status);
    }

    [Fact]
    public async Task Limit_keeps_the_list_short()
    {
        await Client.SubmitPromptAsync("a");
        await Client.SubmitPromptAsync("b");

        var job = Assert.Single((await Client.GetAsync("/_emulator/jobs?limit=1")).Json.EnumerateArray());

        Assert.Equal("b", job.GetProperty("prompt").GetString());
    }

    [Fact]
    public async Task Summary_counts()
    {
        await Client.SubmitPromptAsync("a");
        await Client.SubmitPromptAsync("b");

        Assert.Equal(
            """{"running":1,"waiting":1,"bills":2,"slots":1,"generation_time":10}""",
            (await Client.GetAsync("/_emulator/summary")).Text);
    }
}
