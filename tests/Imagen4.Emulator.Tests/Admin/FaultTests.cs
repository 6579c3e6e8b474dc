using System.Text.Json;
using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Admin;

public sealed class FaultTests : EmulatorTest
{
    [Fact]
    public async Task Status_fault_answers_before_anything_is_accepted_and_only_once()
    {
        await AddAsync("""{"operation":"submit","kind":"status","status":503,"body":{"detail":"busy"},"headers":{"Retry-After":"7"}}""");

        var faulty = await Client.SubmitAsync("""{"prompt":"a"}""");
        var next = await Client.SubmitAsync("""{"prompt":"a"}""");

        Assert.Equal((503, """{"detail":"busy"}""", "7"), (faulty.Status, faulty.Text, faulty.Header("Retry-After")));
        Assert.Null(faulty.Header("x-fal-request-id"));
        Assert.Equal(200, next.Status);
        Assert.Single(await BillsAsync());
    }

    [Fact]
    public async Task Status_fault_after_accept_is_billed_and_names_the_request()
    {
        await AddAsync("""{"operation":"submit","kind":"status","status":500,"body":"gone","after_accept":true}""");

        var faulty = await Client.SubmitAsync("""{"prompt":"a"}""");

        Assert.Equal((500, "gone"), (faulty.Status, faulty.Text));
        var bill = Assert.Single(await BillsAsync());
        Assert.Equal(bill.GetProperty("request_id").GetString(), faulty.Header("x-fal-request-id"));
    }

    [Theory]
    [InlineData("false", 0)]
    [InlineData("true", 1)]
    public async Task Abort_cuts_the_connection_before_or_after_accepting(string afterAccept, int bills)
    {
        await AddAsync($$"""{"operation":"submit","kind":"abort","after_accept":{{afterAccept}}}""");

        await Assert.ThrowsAsync<HttpRequestException>(() => Client.SubmitAsync("""{"prompt":"a"}"""));

        Assert.Equal(bills, (await BillsAsync()).Count);
        Assert.Equal(JsonValueKind.Null, Assert.Single(await RequestsAsync()).GetProperty("status").ValueKind);
    }

    [Fact]
    public async Task Html_and_bad_json_answer_what_no_client_can_read()
    {
        var id = await Client.SubmitPromptAsync("a");
        await AddAsync("""{"operation":"status","kind":"html"}""");
        await AddAsync("""{"operation":"status","kind":"bad_json"}""");

        var html = await Client.StatusAsync(id);
        var broken = await Client.StatusAsync(id);

        Assert.Equal((502, "text/html"), (html.Status, html.Header("Content-Type")));
        Assert.Equal((200, "application/json"), (broken.Status, broken.Header("Content-Type")));
        Assert.ThrowsAny<JsonException>(() => broken.Json);
    }

    [Fact]
    public async Task Hang_says_nothing_until_the_client_leaves()
    {
        await AddAsync("""{"operation":"submit","kind":"hang"}""");
        using var http = new HttpClient { BaseAddress = Address };
        using var leave = new CancellationTokenSource();
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Key k");

        using var content = new StringContent("""{"prompt":"a"}""");
        var call = http.PostAsync(new Uri($"/{FalClient.Model}", UriKind.Relative), content, leave.Token);
        await Eventually.TrueAsync(async () => (await RequestsAsync()).Count == 1);
        Assert.False(call.IsCompleted);
        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Empty(await BillsAsync());
    }

    [Theory]
    [InlineData("submit")]
    [InlineData("status")]
    [InlineData("stream")]
    [InlineData("result")]
    [InlineData("cancel")]
    [InlineData("download")]
    public async Task Rule_hits_its_operation_alone(string operation)
    {
        var id = await Client.SubmitPromptAsync("a");
        Time.Advance(GenerationSeconds);
        await AddAsync($$"""{"operation":"{{operation}}","kind":"status","status":418,"count":-1}""");

        var statuses = new Dictionary<string, int>
        {
            ["submit"] = (await Client.SubmitAsync("""{"prompt":"b"}""")).Status,
            ["status"] = (await Client.StatusAsync(id)).Status,
            ["stream"] = (await Client.GetAsync($"/{FalClient.App}/requests/{id}/status/stream")).Status,
            ["result"] = (await Client.ResultAsync(id)).Status,
            ["cancel"] = (await Client.CancelAsync(id)).Status,
            ["download"] = (await Client.DownloadAsync($"/_emulator/files/{id}/image-1.png")).Status,
        };

        Assert.Equal([operation], statuses.Where(pair => pair.Value == 418).Select(pair => pair.Key));
    }

    [Fact]
    public async Task Count_and_match_limit_a_rule()
    {
        await AddAsync("""{"kind":"status","status":418,"count":2,"match":"blue"}""");

        var statuses = new List<int>();
        foreach (var prompt in (string[])["red", "blue", "red", "blue", "blue"])
        {
            statuses.Add((await Client.SubmitAsync($$"""{"prompt":"{{prompt}}"}""")).Status);
        }

        Assert.Equal([200, 418, 200, 418, 200], statuses);
        Assert.Equal("[]", (await Client.GetAsync("/_emulator/faults")).Text);
    }

    [Fact]
    public async Task Match_finds_the_prompt_of_the_job_that_is_read()
    {
        var (red, blue) = (await Client.SubmitPromptAsync("red"), await Client.SubmitPromptAsync("blue"));
        await AddAsync("""{"operation":"status","kind":"status","status":418,"count":-1,"match":"blue"}""");

        Assert.Equal((202, 418), ((await Client.StatusAsync(red)).Status, (await Client.StatusAsync(blue)).Status));
    }

    [Fact]
    public async Task Rules_can_be_listed_and_deleted()
    {
        await AddAsync("""{"kind":"status","count":-1}""");
        var rules = await Client.GetAsync("/_emulator/faults");
        Assert.Equal("""[{"count":-1,"kind":"status"}]""", rules.Text);

        await Client.SendAsync(HttpMethod.Delete, "/_emulator/faults");

        Assert.Equal(200, (await Client.SubmitAsync("""{"prompt":"a"}""")).Status);
    }

    [Theory]
    [InlineData("""{"operation":"submit"}""")]
    [InlineData("""{"kind":"explode"}""")]
    [InlineData("""{"kind":"status","operation":"everything"}""")]
    [InlineData("""{"kind":"status","status":99}""")]
    [InlineData("""{"kind":"status","count":0}""")]
    [InlineData("""{"kind":"status","after_acept":true}""")]
    [InlineData("""[]""")]
    public async Task Rule_that_makes_no_sense_is_refused(string rule)
    {
        Assert.Equal(400, (await Client.SendAsync(HttpMethod.Post, "/_emulator/faults", rule)).Status);
    }

    private async Task AddAsync(string rule) =>
        Assert.Equal(201, (await Client.SendAsync(HttpMethod.Post, "/_emulator/faults", rule)).Status);
}
