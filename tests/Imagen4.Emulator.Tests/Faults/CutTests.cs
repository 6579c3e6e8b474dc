using System.Text;
using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Faults;

/// <summary>Answers that are cut, read from the socket: only there a reset, an end and a part can be told apart.</summary>
public sealed class CutTests : FaultTest
{
    public static TheoryData<string, string, string, string, string, string, string> Cuts()
    {
        var data = new TheoryData<string, string, string, string, string, string, string>();
        foreach (var call in CallsOfEachOperation.All.Select(row => row.ToArray()))
        {
            foreach (var kind in (string[])["reset", "close"])
            {
                foreach (var at in (string[])["before", "headers", "middle", "after"])
                {
                    data.Add(kind, at, (string)call[0], (string)call[1], (string)call[2], (string)call[3], (string)call[4]);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task Each_operation_is_cut_at_each_point_of_its_own_answer(
        string kind, string at, string operation, string method, string path, string body, string key)
    {
        path = await PathOfDoneJobAsync(path);
        var whole = await WholeAsync(method, path, body, key);
        var billsBefore = (await BillsAsync()).Count;
        await AddAsync($$"""{"operation":"{{operation}}","kind":"{{kind}}","at":"{{at}}"}""");

        var cut = await RawClient.AskAsync(Address, method, path, body, key);

        Assert.Equal(kind == "reset" ? RawEnd.Rst : RawEnd.Fin, cut.End);
        if (at == "before")
        {
            Assert.Empty(cut.Bytes);
        }
        else
        {
            Assert.Equal(whole.Status, cut.Status);
            Assert.Equal((whole.Length is null, whole.Header("Content-Type")), (cut.Length is null, cut.Header("Content-Type")));
            Assert.Equal(at, cut switch
            {
                { Body.Length: 0 } => "headers",
                { Length: { } length } => cut.Body.Length < length ? "middle" : "after",
                _ => cut.Text.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal) ? "after" : "middle",
            });
        }

        var performed = operation == "submit" && at != "before" ? 1 : 0;
        Assert.Equal(performed, (await BillsAsync()).Count - billsBefore);
    }

    [Theory]
    [InlineData("reset", "before")]
    [InlineData("close", "before")]
    [InlineData("hang", "before")]
    [InlineData("reset", "middle")]
    [InlineData("close", "after")]
    public async Task A_cut_says_for_itself_whether_the_operation_was_performed(string kind, string at)
    {
        foreach (var (afterAccept, bills) in ((string, int)[])[("false", 0), ("true", 1)])
        {
            await Client.SendAsync(HttpMethod.Post, "/_emulator/reset");
            await AddAsync($$"""{"operation":"submit","kind":"{{kind}}","at":"{{at}}","after_accept":{{afterAccept}}}""");
            using var client = await RawClient.ConnectAsync(Address);

            await client.SendAsync("POST", $"/{FalClient.Model}", CallsOfEachOperation.Prompt);
            if (kind == "hang")
            {
                await Eventually.TrueAsync(async () => await Client.GetAsync("/_emulator/faults") is { Text: "[]" });
                // Performed in the same breath as the rule is used up, or not at all.
                await Eventually.TrueAsync(async () => (await BillsAsync()).Count == bills);
                Assert.False(client.HasNews);
            }
            else
            {
                var reply = await client.ReadToEndAsync();
                Assert.Equal(at == "before" ? "" : bills == 1 ? "200" : "500", at == "before" ? reply.Head : $"{reply.Status}");
            }

            Assert.Equal(bills, (await BillsAsync()).Count);
        }
    }

    [Fact]
    public async Task An_answer_of_the_rules_own_is_cut_instead_of_the_operations()
    {
        await AddAsync("""{"operation":"submit","kind":"close","at":"middle","status":503,"body":"0123456789","retry_after":4,"after_accept":true}""");

        var cut = await SubmitRawAsync();

        Assert.Equal((503, 10, "01234", "4"), (cut.Status, cut.Length, cut.Text, cut.Header("Retry-After")));
        Assert.Single(await BillsAsync());
    }

    [Fact]
    public async Task A_file_is_cut_in_the_middle_of_its_real_bytes()
    {
        var path = await PathOfDoneJobAsync("/_emulator/files/ID/image-1.png");
        var file = (await Client.DownloadAsync(path)).Content;
        foreach (var (kind, end) in ((string, RawEnd)[])[("close", RawEnd.Fin), ("reset", RawEnd.Rst)])
        {
            await AddAsync($$"""{"operation":"download","kind":"{{kind}}","at":"middle"}""");

            var cut = await RawClient.AskAsync(Address, "GET", path, key: "");

            Assert.Equal((file.Length, end), (cut.Length, cut.End));
            Assert.Equal(file[..(file.Length / 2)], cut.Body);
        }
    }

    [Fact]
    public async Task A_reset_takes_nothing_away_from_a_client_that_is_slow()
    {
        var body = new string('x', 900_000);
        await AddAsync($$"""{"operation":"submit","kind":"reset","at":"after","body":"{{body}}"}""");
        using var client = await RawClient.ConnectAsync(Address, receiveBuffer: 65_536);

        await client.SendAsync("POST", $"/{FalClient.Model}", CallsOfEachOperation.Prompt);
        var reply = await client.ReadToEndAsync();

        Assert.Equal((body.Length, RawEnd.Rst), (reply.Body.Length, reply.End));
    }

    [Fact]
    public async Task A_stream_is_cut_in_its_first_event()
    {
        var id = await Client.SubmitPromptAsync("runs");
        await AddAsync("""{"operation":"stream","kind":"close","at":"after"}""");

        var cut = await RawClient.AskAsync(Address, "GET", $"/{FalClient.App}/requests/{id}/status/stream");

        Assert.Equal("chunked", cut.Header("Transfer-Encoding"));
        Assert.Contains("data: {\"status\":\"IN_PROGRESS\"", cut.Text, StringComparison.Ordinal);
        Assert.EndsWith("\n\n\r\n0\r\n\r\n", cut.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("headers", 0)]
    [InlineData("middle", 5)]
    public async Task Hang_can_begin_in_the_answer(string at, int length)
    {
        await AddAsync($$"""{"operation":"submit","kind":"hang","at":"{{at}}","body":"0123456789"}""");
        using var client = await RawClient.ConnectAsync(Address);

        await client.SendAsync("POST", $"/{FalClient.Model}", CallsOfEachOperation.Prompt);
        var reply = await client.ReadAsync(reply => reply.Head.Length > 0 && reply.Body.Length == length);

        Assert.Equal((500, 10), (reply.Status, reply.Length));
        Assert.False(client.HasNews);
    }

    [Fact]
    public async Task Refused_is_a_request_whose_body_is_never_asked_for()
    {
        await AddAsync("""{"operation":"submit","kind":"refuse"}""");
        using var client = await RawClient.ConnectAsync(Address);

        await client.SendAsync($"POST /{FalClient.Model} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 14\r\nAuthorization: Key k\r\n\r\n");
        var reply = await client.ReadToEndAsync();

        Assert.Equal((0, RawEnd.Rst), (reply.Bytes.Length, reply.End));
        Assert.Empty(await BillsAsync());
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("close")]
    [InlineData("hang")]
    public async Task What_is_cut_has_no_status_in_the_log(string kind)
    {
        await AddAsync($$"""{"operation":"submit","kind":"{{kind}}"}""");
        using (var client = await RawClient.ConnectAsync(Address))
        {
            await client.SendAsync("POST", $"/{FalClient.Model}", CallsOfEachOperation.Prompt);
            await Eventually.TrueAsync(async () => (await RequestsAsync()).Count == 1);
        }

        Assert.Equal("", Assert.Single(await RequestsAsync()).GetProperty("status").ToString());
    }

    /// <summary>The answer without a fault; a stream's first event, as far as it is one.</summary>
    private async Task<RawReply> WholeAsync(string method, string path, string body, string key)
    {
        using var client = await RawClient.ConnectAsync(Address);
        await client.SendAsync(method, path, body, key);
        return await client.ReadAsync(reply => reply.Head.Length > 0
            && (reply.Length is { } length ? reply.Body.Length == length : Encoding.UTF8.GetString(reply.Body).EndsWith("0\r\n\r\n", StringComparison.Ordinal)));
    }
}
