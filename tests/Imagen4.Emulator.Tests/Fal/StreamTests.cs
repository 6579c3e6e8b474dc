using System.Text.Json;
using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Fal;

public sealed class StreamTests : EmulatorTest
{
    // Longer than the server takes to look for what has no event of its own.
    private const double Tick = 0.25;

    [Fact]
    public async Task Sends_every_change_and_ends_with_the_job()
    {
        await Client.SubmitPromptAsync("first");
        await Client.SubmitPromptAsync("second");
        var id = await Client.SubmitPromptAsync("third");

        await using var events = await Client.StreamAsync(id);
        Assert.Equal(("IN_QUEUE", 1), StateOf(await events.NextAsync()));
        Time.Advance(GenerationSeconds);
        Time.Advance(Tick);
        Assert.Equal(("IN_QUEUE", 0), StateOf(await events.NextAsync()));
        Time.Advance(GenerationSeconds);
        Assert.Equal(("IN_PROGRESS", null), StateOf(await events.NextAsync()));
        Time.Advance(GenerationSeconds);
        Assert.Equal(("COMPLETED", null), StateOf(await events.NextAsync()));
        Assert.Null(await events.NextAsync());
    }

    [Fact]
    public async Task Logs_are_deltas()
    {
        var id = await Client.SubmitPromptAsync("a red fox");
        await using var events = await Client.StreamAsync(id, "?logs=1");

        var seen = new List<string>();
        while (await events.NextAsync() is { } status)
        {
            seen.AddRange(MessagesOf(status));
            Time.Advance(GenerationSeconds / 4);
            Time.Advance(Tick);
        }

        Assert.Equal(MessagesOf((await Client.StatusAsync(id, "?logs=1")).Json), seen);
    }

    [Fact]
    public async Task Completed_job_is_one_event()
    {
        var id = await Client.SubmitPromptAsync("a red fox");
        Time.Advance(GenerationSeconds);

        await using var events = await Client.StreamAsync(id);

        Assert.Equal(("COMPLETED", null), StateOf(await events.NextAsync()));
        Assert.Null(await events.NextAsync());
    }

    private static IEnumerable<string> MessagesOf(JsonElement status) =>
        status.GetProperty("logs").EnumerateArray().Select(entry => entry.GetProperty("message").GetString()!);

    private static (string? State, int? Position) StateOf(JsonElement? status)
    {
        var json = status!.Value;
        var state = json.GetProperty("status").GetString();
        return (state, json.TryGetProperty("queue_position", out var position) ? position.GetInt32() : null);
    }
}
