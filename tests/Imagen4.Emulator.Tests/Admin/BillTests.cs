using System.Text.Json;
using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Admin;

public sealed class BillTests : EmulatorTest
{
    [Fact]
    public async Task Each_accepted_post_is_one_line_with_the_input_as_it_came()
    {
        const string Input = "{\n  \"prompt\": \"zwei\\nZeilen, 東京\",\r\n  \"num_images\": 2.0,\n  \"unknown\": [1, {}]\n}";
        var first = await Client.SubmitAsync(Input);
        Client.Authorization = "Key other";
        await Client.SubmitAsync("""{"prompt":"b"}""", $"{FalClient.Model}/fast");

        var reply = await Client.GetAsync("/_emulator/bills");
        Assert.StartsWith("application/x-ndjson", reply.Header("Content-Type"), StringComparison.Ordinal);
        var bills = await BillsAsync();
        Assert.Equal(2, bills.Count);
        Assert.Equal(
            ["time", "request_id", "host", "model", "images", "key_hash", "input"],
            bills[0].EnumerateObject().Select(property => property.Name));
        Assert.Equal(first.Json.GetProperty("request_id").GetString(), bills[0].GetProperty("request_id").GetString());
        Assert.Equal(FalClient.Model, bills[0].GetProperty("model").GetString());
        Assert.Equal(2, bills[0].GetProperty("images").GetInt32());
        Assert.Equal("zwei\nZeilen, 東京", bills[0].GetProperty("input").GetProperty("prompt").GetString());
        Assert.Equal("2.0", bills[0].GetProperty("input").GetProperty("num_images").GetRawText());
        Assert.Equal(JsonValueKind.Array, bills[0].GetProperty("input").GetProperty("unknown").ValueKind);
        Assert.Equal($"{FalClient.Model}/fast", bills[1].GetProperty("model").GetString());
        Assert.NotEqual(bills[0].GetProperty("key_hash").GetString(), bills[1].GetProperty("key_hash").GetString());
        Assert.DoesNotContain("test-key", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bills_outlive_cancelled_and_forgotten_jobs()
    {
        var id = await Client.SubmitPromptAsync("a red fox");
        await Client.CancelAsync(id);
        await Client.SendAsync(HttpMethod.Delete, "/_emulator/jobs");

        Assert.Equal(404, (await Client.StatusAsync(id)).Status);
        Assert.Single(await BillsAsync());
    }
}
