using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Queue;

public sealed class QueueTests : EmulatorTest
{
    internal override EmulatorOptions Options => base.Options with { Slots = 2 };

    [Fact]
    public async Task Slots_run_and_the_others_wait_with_descending_positions()
    {
        var ids = await SubmitManyAsync(5);
        Assert.Equal(["IN_PROGRESS", "IN_PROGRESS", "0", "1", "2"], await PlacesAsync(ids));

        Time.Advance(GenerationSeconds);
        Assert.Equal(["COMPLETED", "COMPLETED", "IN_PROGRESS", "IN_PROGRESS", "0"], await PlacesAsync(ids));

        Time.Advance(GenerationSeconds);
        Time.Advance(GenerationSeconds);
        Assert.All(await PlacesAsync(ids), place => Assert.Equal("COMPLETED", place));
    }

    [Fact]
    public async Task Cancelling_in_the_middle_moves_the_later_ones_up()
    {
        var ids = await SubmitManyAsync(5);

        await Client.CancelAsync(ids[3]);

        Assert.Equal(["IN_PROGRESS", "IN_PROGRESS", "0", "COMPLETED", "1"], await PlacesAsync(ids));
    }

    [Fact]
    public async Task Low_priority_waits_behind_every_normal_job()
    {
        var running = await SubmitManyAsync(2);
        var low = await Client.SubmitPromptAsync("low", ("X-Fal-Queue-Priority", "low"));
        var normal = await Client.SubmitPromptAsync("normal", ("X-Fal-Queue-Priority", "normal"));
        Assert.Equal(["1", "0"], await PlacesAsync([low, normal]));

        await Client.CancelAsync(running[0]);
        Assert.Equal(["0", "IN_PROGRESS"], await PlacesAsync([low, normal]));
    }

    [Fact]
    public async Task More_slots_start_waiting_jobs_and_a_new_time_holds_for_the_next_ones()
    {
        var ids = await SubmitManyAsync(4);

        var reply = await Client.SendAsync(HttpMethod.Put, "/_emulator/settings", """{"slots":3,"generation_time":1}""");
        Assert.Equal(200, reply.Status);
        Assert.Equal("""{"slots":3,"generation_time":1,"history":true,"private_files":false}""", reply.Text);
        Assert.Equal(["IN_PROGRESS", "IN_PROGRESS", "IN_PROGRESS", "0"], await PlacesAsync(ids));

        Time.Advance(1);
        Assert.Equal(["IN_PROGRESS", "IN_PROGRESS", "COMPLETED", "IN_PROGRESS"], await PlacesAsync(ids));
    }

    [Theory]
    [InlineData("""{"slots":0}""")]
    [InlineData("""{"generation_time":-1}""")]
    [InlineData("""{"speed":3}""")]
    [InlineData("""null""")]
    [InlineData("""not json""")]
    public async Task Settings_that_make_no_sense_are_refused(string body)
    {
        Assert.Equal(400, (await Client.SendAsync(HttpMethod.Put, "/_emulator/settings", body)).Status);
    }

    [Fact]
    public async Task No_generation_time_finishes_on_submission()
    {
        await Client.SendAsync(HttpMethod.Put, "/_emulator/settings", """{"generation_time":0}""");

        var ids = await SubmitManyAsync(3);

        Assert.All(await PlacesAsync(ids), place => Assert.Equal("COMPLETED", place));
    }

    [Fact]
    public async Task Peak_remembers_the_most_there_was()
    {
        await SubmitManyAsync(5);
        Time.Advance(100);

        var peak = (await Client.GetAsync("/_emulator/peak")).Json;
        Assert.Equal(2, peak.GetProperty("running").GetInt32());
        Assert.Equal(3, peak.GetProperty("waiting").GetInt32());
        Assert.True(peak.GetProperty("connections").GetInt32() >= 1);

        await Client.SendAsync(HttpMethod.Delete, "/_emulator/peak");
        Assert.Equal(0, (await Client.GetAsync("/_emulator/peak")).Json.GetProperty("waiting").GetInt32());
    }

    [Fact]
    public async Task Hundreds_of_concurrent_submissions_are_each_billed_once_and_all_end()
    {
        await Client.SendAsync(HttpMethod.Put, "/_emulator/settings", """{"slots":50}""");

        var ids = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Client.SubmitPromptAsync($"prompt {i}")));
        for (var round = 0; round < 8; round++)
        {
            Time.Advance(GenerationSeconds);
        }

        Assert.All(await PlacesAsync(ids), place => Assert.Equal("COMPLETED", place));
        Assert.Equal(ids.Order(), (await BillsAsync()).Select(bill => bill.GetProperty("request_id").GetString()!).Order());
    }

    private async Task<string[]> SubmitManyAsync(int count)
    {
        var ids = new string[count];
        for (var i = 0; i < count; i++)
        {
            ids[i] = await Client.SubmitPromptAsync($"prompt {i}");
        }

        return ids;
    }

    /// <summary>The state of each job, or its position while it waits.</summary>
    private Task<string[]> PlacesAsync(IEnumerable<string> ids) => Task.WhenAll(ids.Select(async id =>
    {
        var json = (await Client.StatusAsync(id)).Json;
        return json.TryGetProperty("queue_position", out var position) ? $"{position.GetInt32()}" : json.GetProperty("status").GetString()!;
    }));
}
