using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Faults;

/// <summary>Answers that come, but not as they should.</summary>
public sealed class SpoiltAnswerTests : FaultTest
{
    private const string Path = "/.well-known/jwks.json";

    [Theory]
    [InlineData("", 1)]
    [InlineData(""","bytes":7""", 7)]
    public async Task Truncate_keeps_the_announced_end_back(string bytes, int missing)
    {
        var whole = await Client.GetAsync(Path);
        await AddAsync($$"""{"operation":"keys","kind":"truncate"{{bytes}}}""");

        var reply = await RawClient.AskAsync(Address, "GET", Path);

        Assert.Equal((200, whole.Content.Length, RawEnd.Fin), (reply.Status, reply.Length, reply.End));
        Assert.Equal(whole.Content[..^missing], reply.Body);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData(""","bytes":7""", 7)]
    public async Task Wrong_length_announces_less_than_it_sends(string bytes, int unannounced)
    {
        var whole = await Client.GetAsync(Path);
        await AddAsync($$"""{"operation":"keys","kind":"wrong_length"{{bytes}}}""");

        var reply = await RawClient.AskAsync(Address, "GET", Path);

        Assert.Equal((200, whole.Content.Length - unannounced, RawEnd.Fin), (reply.Status, reply.Length, reply.End));
        Assert.Equal(whole.Content, reply.Body);
    }

    [Fact]
    public async Task Wrong_type_is_the_right_body_as_plain_text()
    {
        await AddAsync("""{"operation":"submit","kind":"wrong_type"}""");

        var reply = await Client.SubmitAsync("""{"prompt":"a"}""");

        Assert.Equal((200, "text/plain"), (reply.Status, reply.Header("Content-Type")));
        var bill = Assert.Single(await BillsAsync());
        Assert.Equal(bill.GetProperty("request_id").GetString(), reply.Json.GetProperty("request_id").GetString());
    }

    [Fact]
    public async Task Drip_gives_the_whole_answer_a_little_at_a_time()
    {
        await AddAsync("""{"operation":"submit","kind":"drip","bytes":4,"delay_ms":1000,"status":503,"body":"0123456789"}""");
        using var client = await RawClient.ConnectAsync(Address);
        await client.SendAsync("POST", $"/{FalClient.Model}", CallsOfEachOperation.Prompt);

        var first = await client.ReadAsync(reply => reply.Head.Length > 0 && reply.Body.Length == 4);
        Assert.Equal((503, 10, "0123"), (first.Status, first.Length, first.Text));
        Assert.Equal("4567", await NextAsync(4));
        Assert.Equal("89", await NextAsync(2));

        async Task<string> NextAsync(int length)
        {
            Assert.False(client.HasNews);
            // The pause may begin a moment after the piece before it has arrived, and only this one is to end.
            var fired = Time.Fired;
            await Eventually.TrueAsync(() =>
            {
                if (Time.Fired == fired)
                {
                    Time.Advance(1);
                }

                return Task.FromResult(client.HasNews);
            });
            return System.Text.Encoding.UTF8.GetString((await client.ReadAsync(reply => reply.Bytes.Length == length)).Bytes);
        }
    }

    [Fact]
    public async Task Drip_without_a_pause_gives_a_file_as_it_is()
    {
        var path = await PathOfDoneJobAsync("/_emulator/files/ID/image-1.png");
        var file = await Client.DownloadAsync(path);
        await AddAsync("""{"operation":"download","kind":"drip","delay_ms":0}""");

        Assert.Equal(file.Content, (await Client.DownloadAsync(path)).Content);
        Assert.Equal("[]", (await Client.GetAsync("/_emulator/faults")).Text);
    }

    [Theory]
    [InlineData(408, "", null)]
    [InlineData(409, ""","retry_after":0""", "0")]
    [InlineData(429, ""","retry_after":120""", "120")]
    [InlineData(503, ""","retry_after_date":120""", "Wed, 01 Apr 2026 12:02:00 GMT")]
    public async Task Any_status_comes_with_and_without_retry_after(int status, string retryAfter, string? header)
    {
        await AddAsync($$"""{"operation":"submit","kind":"status","status":{{status}}{{retryAfter}}}""");

        var reply = await Client.SubmitAsync("""{"prompt":"a"}""");

        Assert.Equal((status, header), (reply.Status, reply.Header("Retry-After")));
        Assert.Empty(await BillsAsync());
    }

    [Theory]
    [InlineData("drip")]
    [InlineData("truncate")]
    [InlineData("wrong_length")]
    [InlineData("wrong_type")]
    public async Task What_is_not_performed_has_an_answer_of_the_rules_own_spoilt(string kind)
    {
        await AddAsync($$"""{"operation":"submit","kind":"{{kind}}","after_accept":false}""");
        using var client = await RawClient.ConnectAsync(Address);
        await client.SendAsync("POST", $"/{FalClient.Model}", CallsOfEachOperation.Prompt);

        var reply = await client.ReadAsync(reply => reply.Head.Length > 0);

        Assert.Equal(500, reply.Status);
        Assert.Empty(await BillsAsync());
    }

    [Theory]
    [InlineData("html")]
    [InlineData("bad_json")]
    [InlineData("status")]
    public async Task What_replaces_an_answer_can_come_after_a_billed_operation(string kind)
    {
        foreach (var (afterAccept, bills) in ((string, int)[])[("false", 0), ("true", 1)])
        {
            await AddAsync($$"""{"operation":"submit","kind":"{{kind}}","after_accept":{{afterAccept}}}""");

            var reply = await Client.SubmitAsync("""{"prompt":"a"}""");

            Assert.ThrowsAny<Exception>(() => reply.Json.GetProperty("request_id"));
            Assert.Equal(bills, (await BillsAsync()).Count);
        }
    }

    [Theory]
    [MemberData(nameof(CallsOfEachOperation.All), MemberType = typeof(CallsOfEachOperation))]
    public async Task Each_operation_of_each_host_can_be_spoilt_without_being_cut(
        string operation, string method, string path, string body, string key)
    {
        path = await PathOfDoneJobAsync(path);
        foreach (var (kind, status, type) in ((string, int?, string)[])[("wrong_type", null, "text/plain"), ("html", 502, "text/html")])
        {
            await AddAsync($$"""{"operation":"{{operation}}","kind":"{{kind}}"}""");
            using var client = await RawClient.ConnectAsync(Address);
            await client.SendAsync(method, path, body, key);

            var reply = await client.ReadAsync(reply => reply.Head.Length > 0 && (reply.Body.Length > 0 || reply.Length == 0));

            Assert.Equal((status ?? reply.Status, type), (reply.Status, reply.Header("Content-Type")));
            Assert.True(status is not null || reply.Status < 300 || operation == "cancel", $"{reply.Status}");
        }
    }
}
