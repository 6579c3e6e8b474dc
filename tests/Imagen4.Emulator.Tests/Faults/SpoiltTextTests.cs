using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Faults;

/// <summary>Answers whose bytes are in the way of what they say.</summary>
public sealed class SpoiltTextTests : FaultTest
{
    private const string Path = "/.well-known/jwks.json";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    [Fact]
    public async Task Bom_is_the_whole_answer_behind_a_byte_order_mark()
    {
        var whole = await Client.GetAsync(Path);
        await AddAsync("""{"operation":"keys","kind":"bom"}""");

        var reply = await Client.GetAsync(Path);

        Assert.Equal([0xEF, 0xBB, 0xBF, .. whole.Content], reply.Content);
        Assert.Equal((200, "application/json"), (reply.Status, reply.Header("Content-Type")));
    }

    [Fact]
    public async Task Gzip_is_the_whole_answer_compressed_and_says_so()
    {
        var whole = await Client.GetAsync(Path);
        await AddAsync("""{"operation":"keys","kind":"gzip"}""");

        var reply = await Client.GetAsync(Path);

        using var unpacked = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(reply.Content), CompressionMode.Decompress))
        {
            await gzip.CopyToAsync(unpacked);
        }

        Assert.Equal("gzip", reply.Header("Content-Encoding"));
        Assert.Equal(whole.Content, unpacked.ToArray());
    }

    [Theory]
    [InlineData("bom")]
    [InlineData("gzip")]
    [InlineData("bad_utf8")]
    [InlineData("lone_surrogate")]
    [InlineData("replacement_char")]
    [InlineData("deep_json")]
    public async Task Spoilt_answer_to_a_submission_is_billed_and_names_the_request(string kind)
    {
        await AddAsync($$"""{"operation":"submit","kind":"{{kind}}"}""");

        var reply = await Client.SubmitAsync(CallsOfEachOperation.Prompt);

        Assert.Equal(200, reply.Status);
        Assert.Equal(reply.Header("x-fal-request-id"), Assert.Single(await BillsAsync()).GetProperty("request_id").GetString());
    }

    [Theory]
    [InlineData("value", "{\"detail\":\"no\xFF\"}")]
    [InlineData("member", "{\"note\":\"\xFF\",\"detail\":\"no\"}")]
    [InlineData("name", "{\"\xFF\":\"note\",\"detail\":\"no\"}")]
    [InlineData("address", "{\"detail\":\"no\"}")]
    public async Task Bad_utf8_stands_where_the_rule_says(string place, string latin1)
    {
        await AddAsync($$"""{"operation":"submit","kind":"bad_utf8","in":"{{place}}","status":422,"body":{"detail":"no"},"after_accept":false}""");

        var reply = await Client.SubmitAsync(CallsOfEachOperation.Prompt);

        Assert.Equal((422, latin1), (reply.Status, Encoding.Latin1.GetString(reply.Content)));
        Assert.Equal(place != "address", Record.Exception(() => Strict.GetString(reply.Content)) is DecoderFallbackException);
        Assert.Empty(await BillsAsync());
    }

    [Fact]
    public async Task Lone_surrogate_is_json_that_no_text_can_hold()
    {
        await AddAsync("""{"operation":"submit","kind":"lone_surrogate","in":"name"}""");

        var reply = await Client.SubmitAsync(CallsOfEachOperation.Prompt);

        Assert.StartsWith("""{"\ud800":"note","status":"IN_QUEUE",""", reply.Text, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => reply.Json.EnumerateObject().First().Name);
    }

    [Theory]
    [InlineData("submit", "status_url")]
    [InlineData("status", "response_url")]
    public async Task Address_spoils_the_host_of_every_address_and_nothing_else(string operation, string member)
    {
        var path = await PathOfDoneJobAsync($"/{FalClient.App}/requests/ID/status");
        await AddAsync($$"""{"operation":"{{operation}}","kind":"replacement_char","in":"address"}""");

        var reply = operation == "submit" ? await Client.SubmitAsync(CallsOfEachOperation.Prompt) : await Client.GetAsync(path);

        Assert.StartsWith("http://\uFFFD127.0.0.1", reply.Json.GetProperty(member).GetString(), StringComparison.Ordinal);
        Assert.True(Guid.TryParse(reply.Json.GetProperty("request_id").GetString(), out _));
    }

    [Fact]
    public async Task Deep_json_is_deeper_than_a_reader_goes()
    {
        await AddAsync("""{"operation":"submit","kind":"deep_json"}""");

        var reply = await Client.SubmitAsync(CallsOfEachOperation.Prompt);

        Assert.ThrowsAny<JsonException>(() => reply.Json);
        using var patient = JsonDocument.Parse(reply.Text, new JsonDocumentOptions { MaxDepth = 2000 });
        Assert.True(patient.RootElement.TryGetProperty("request_id", out _));
    }

    [Fact]
    public async Task Of_a_stream_the_json_of_its_first_event_is_spoilt()
    {
        var path = await PathOfDoneJobAsync($"/{FalClient.App}/requests/ID/status/stream");
        await AddAsync("""{"operation":"stream","kind":"bad_utf8","in":"member"}""");

        var reply = await Client.GetAsync(path);

        Assert.StartsWith("data: {\"note\":\"\xFF\",\"status\":", Encoding.Latin1.GetString(reply.Content), StringComparison.Ordinal);
        Assert.EndsWith("}\n\n", reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bom")]
    [InlineData("bad_utf8")]
    [InlineData("lone_surrogate")]
    [InlineData("replacement_char")]
    [InlineData("deep_json")]
    public async Task Of_a_file_the_beginning_is_spoilt(string kind)
    {
        var path = await PathOfDoneJobAsync("/_emulator/files/ID/image-1.png");
        var file = await Client.DownloadAsync(path);
        await AddAsync($$"""{"operation":"download","kind":"{{kind}}"}""");

        var spoilt = await Client.DownloadAsync(path);

        Assert.Equal((200, "image/png"), (spoilt.Status, spoilt.Header("Content-Type")));
        Assert.True(spoilt.Content.Length > file.Content.Length);
        Assert.Equal(file.Content, spoilt.Content[^file.Content.Length..]);
    }

    [Fact]
    public async Task An_answer_without_a_body_stays_without_one()
    {
        await AddAsync("""{"operation":"submit","kind":"bom","status":204}""");

        Assert.Equal((204, ""), await Client.SubmitAsync(CallsOfEachOperation.Prompt) is var reply ? (reply.Status, reply.Text) : default);
    }
}
