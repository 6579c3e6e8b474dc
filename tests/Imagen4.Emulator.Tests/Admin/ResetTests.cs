using System.Text.Json;
using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Admin;

public sealed class ResetTests : EmulatorTest
{
    [Fact]
    public async Task Nothing_is_left_but_the_settings()
    {
        var done = await Client.SubmitPromptAsync("done");
        Time.Advance(GenerationSeconds);
        var (runs, waits) = (await Client.SubmitPromptAsync("runs"), await Client.SubmitPromptAsync("waits"));
        await Client.SendAsync(HttpMethod.Post, "/_emulator/faults", """{"kind":"status","operation":"cancel"}""");

        var reply = await Client.SendAsync(HttpMethod.Post, "/_emulator/reset");

        Assert.Equal(204, reply.Status);
        Assert.Empty(await BillsAsync());
        Assert.Empty(await RequestsAsync());
        foreach (var path in (string[])["/_emulator/jobs", "/_emulator/faults"])
        {
            Assert.Equal("[]", (await Client.GetAsync(path)).Text);
        }

        Assert.Equal(
            """{"running":0,"waiting":0,"bills":0,"slots":1,"generation_time":10}""", (await Client.GetAsync("/_emulator/summary")).Text);
        foreach (var id in (string[])[done, runs, waits])
        {
            Assert.Equal(404, (await Client.StatusAsync(id)).Status);
        }

        Assert.Equal(404, (await Client.DownloadAsync($"/_emulator/files/{done}/image-1.png")).Status);
    }

    [Fact]
    public async Task Whoever_waits_for_a_job_is_let_go()
    {
        var id = await Client.SubmitPromptAsync("runs");
        await using var events = await Client.StreamAsync(id);
        Assert.NotNull(await events.NextAsync());

        await Client.SendAsync(HttpMethod.Post, "/_emulator/reset");

        JsonElement? last = null;
        while (await events.NextAsync() is { } status)
        {
            last = status;
        }

        Assert.Equal("COMPLETED", last?.GetProperty("status").GetString());
    }
}
