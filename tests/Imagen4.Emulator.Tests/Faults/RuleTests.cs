using System.Text.Json;
using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Faults;

public sealed class RuleTests : FaultTest
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
    public async Task Read_is_all_that_is_asked_about_a_request()
    {
        var id = await Client.SubmitPromptAsync("a");
        Time.Advance(GenerationSeconds);
        await AddAsync("""{"operation":"read","kind":"status","status":418,"count":-1}""");

        Assert.Equal(200, (await Client.SubmitAsync("""{"prompt":"b"}""")).Status);
        Assert.Equal(200, (await Client.DownloadAsync($"/_emulator/files/{id}/image-1.png")).Status);
        Assert.Equal(418, (await Client.StatusAsync(id)).Status);
        Assert.Equal(418, (await Client.GetAsync($"/{FalClient.App}/requests/{id}/status/stream")).Status);
        Assert.Equal(418, (await Client.ResultAsync(id)).Status);
        Assert.Equal(418, (await Client.CancelAsync(id)).Status);
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
    [InlineData("""{"operation":"submit"}""", "kind is one of refuse, reset")]
    [InlineData("""{"kind":"explode"}""", "kind is one of refuse, reset")]
    [InlineData("""{"kind":"status","operation":"everything"}""", "operation is one of submit, status, stream, result, cancel, download, pricing")]
    [InlineData("""{"kind":"status","status":99}""", "status is a number from 200 to 599")]
    [InlineData("""{"kind":"status","count":0}""", "count is a positive number")]
    [InlineData("""{"kind":"status","after":-1}""", "after is the number of calls to let through")]
    [InlineData("""{"kind":"status","probability":20}""", "probability is a number above 0 and up to 1")]
    [InlineData("""{"kind":"status","probability":0}""", "probability is a number above 0 and up to 1")]
    [InlineData("""{"kind":"status","seed":7}""", "nothing else is random")]
    [InlineData("""{"kind":"status","kinds":["reset"]}""", "said in there")]
    [InlineData("""{"kinds":[]}""", "kinds is not empty")]
    [InlineData("""{"kinds":["reset","explode"]}""", "kind is one of refuse, reset")]
    [InlineData("""{"kinds":[{"kind":"status","count":2}]}""", "count")]
    [InlineData("""{"kinds":[null]}""", "not null")]
    [InlineData("""{"kind":"status","at":"middle"}""", "status takes no at")]
    [InlineData("""{"kind":"drip","at":"middle"}""", "drip takes no at")]
    [InlineData("""{"kind":"reset","at":"end"}""", "at is one of before, headers, middle, after")]
    [InlineData("""{"kind":"hang","at":"after"}""", "a hang after the whole answer is none")]
    [InlineData("""{"kind":"reset","bytes":3}""", "reset takes no bytes")]
    [InlineData("""{"kind":"truncate","bytes":0}""", "bytes is a positive number")]
    [InlineData("""{"kind":"truncate","delay_ms":3}""", "truncate takes no delay_ms")]
    [InlineData("""{"kind":"drip","delay_ms":-1}""", "delay_ms is milliseconds")]
    [InlineData("""{"kind":"refuse","after_accept":true}""", "refuse takes no after_accept")]
    [InlineData("""{"kind":"refuse","status":503}""", "refuse takes no status")]
    [InlineData("""{"kind":"status","retry_after":-1}""", "retry_after is seconds")]
    [InlineData("""{"kind":"status","retry_after":1,"retry_after_date":1}""", "are one header")]
    [InlineData("""{"kind":"status","after_acept":true}""", "after_acept")]
    [InlineData("""{"kind":"status","host":"falcon"}""", "host is one of fal, fal-sync, chainhub, kkiai, aimlapi")]
    [InlineData("""{"kind":"status","in_a_row":0}""", "in_a_row is a positive number")]
    [InlineData("""{"kind":"bom","in":"value"}""", "bom takes no in")]
    [InlineData("""{"kind":"bad_utf8","in":"key"}""", "in is one of value, member, name, address")]
    [InlineData("""{"kinds":["reset"],"in":"value"}""", "said in there")]
    [InlineData("""[]""", "")]
    public async Task Rule_that_makes_no_sense_is_refused_with_the_reason(string rule, string reason)
    {
        var reply = await Client.SendAsync(HttpMethod.Post, "/_emulator/faults", rule);

        Assert.Equal(400, reply.Status);
        Assert.Contains(reason, reply.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("[]", (await Client.GetAsync("/_emulator/faults")).Text);
    }
}
