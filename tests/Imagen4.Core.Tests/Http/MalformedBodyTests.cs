using System.IO.Compression;
using System.Text;
using Imagen4.Core.Http;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Http;

/// <summary>Bodies are looked through once, when they arrive: what cannot be read is InvalidResponse, and what can be is read.</summary>
public sealed class MalformedBodyTests
{
    private const string Completed = """{"status":"COMPLETED","images":[{"url":"https://a/1.png"}]}""";

    private readonly FalQueueProtocol _protocol = new();

    /// <summary>Bodies, each character of which is one byte.</summary>
    public static TheoryData<string> Malformed =>
    [
        "{\"status\":\"COMPLETED\",\"error\":\"\u00ff\"}",
        "{\"detail\":\"\u00ff\"}",
        "{\"detail\":[{\"msg\":\"\u00c3\u0028\",\"type\":\"x\"}]}",
        "{\"\u00ff\":1,\"status\":\"COMPLETED\",\"images\":[]}",
        """{"\ud800":1,"status":"COMPLETED","images":[]}""",
        """{"status":"COMPLETED","images":[{"\udc00":1}]}""",
        $$"""{"status":"COMPLETED","images":{{new string('[', 10_000)}}{{new string(']', 10_000)}}}""",
        "{\"status\":\"COMPLETED\",\"images\":[]}\0",
        "{\"status\":\"COMPLETED\0\",\"images\":[]}",
        "{\"status\":\"COMPLETED\",\"images\":[",
    ];

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task What_cannot_be_read_is_InvalidResponse(string body)
    {
        foreach (var status in new[] { 200, 400, 404, 422 })
        {
            await using var server = await WebServer.AnsweringAsync(new Answer(status) { Bytes = Encoding.Latin1.GetBytes(body) });
            var request = CreateReference(server);

            await Assert.ThrowsAsync<InvalidResponseException>(() => _protocol.ReadStatusAsync(request, logs: false, CancellationToken.None).InTime());
            await Assert.ThrowsAsync<InvalidResponseException>(() => _protocol.ReadResultAsync(request, CancellationToken.None).InTime());
            await Assert.ThrowsAsync<InvalidResponseException>(() => _protocol.CancelAsync(request, CancellationToken.None).InTime());
            await Assert.ThrowsAsync<InvalidResponseException>(() => new FalAggregatorProtocol().ReadResultAsync(request, CancellationToken.None).InTime());
        }
    }

    [Theory]
    [InlineData("data: {\"status\":\"COMPLETED\",\"error\":\"\u00ff\"}\n\n")]
    [InlineData("data: {\"\\ud800\":1,\"status\":\"COMPLETED\"}\n\n")]
    public async Task An_event_that_cannot_be_read_is_none(string events)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, Type: "text/event-stream") { Bytes = Encoding.Latin1.GetBytes(events) });
        var profile = TestHost.Profile(server.Address) with { Offers = [Core.Providers.HostOffer.Stream] };
        var request = _protocol.CreateReference(TestHost.Connect(profile), TestHost.Model, "r-1");

        Assert.Empty(await _protocol.FollowAsync(request, logs: false, CancellationToken.None).ToListAsync().InTime());
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("X-GZip", "gzip")]
    [InlineData("deflate", "deflate")]
    [InlineData("deflate", "raw deflate")]
    [InlineData("br", "br")]
    [InlineData("identity", "")]
    [InlineData("gzip, br", "gzip, br")]
    [InlineData("gzip", "")]
    [InlineData("br", "")]
    [InlineData("deflate", "")]
    [InlineData("gzip, br", "")]
    [InlineData("zstd", "")]
    [InlineData(null, "mark")]
    [InlineData("gzip", "mark, gzip")]
    [InlineData(null, "UTF-16")]
    [InlineData(null, "UTF-16 BE")]
    public async Task What_was_done_to_a_body_on_the_way_is_undone(string? header, string done)
    {
        await using var server = await WebServer.AnsweringAsync(Encoded(header, Apply(done, Encoding.UTF8.GetBytes(Completed))));

        var status = await _protocol.ReadStatusAsync(CreateReference(server), logs: false, CancellationToken.None).InTime();
        var result = await _protocol.ReadResultAsync(CreateReference(server), CancellationToken.None).InTime();

        Assert.Equal(ImagenStates.Completed, status.State);
        Assert.Equal("https://a/1.png", Assert.Single(result!.Images).Image.Uri);
    }

    [Theory]
    [InlineData("zstd", "gzip")]
    [InlineData("br", "gzip")]
    [InlineData("gzip", "half of gzip")]
    [InlineData("gzip", "br")]
    public async Task What_cannot_be_undone_is_InvalidResponse(string header, string done)
    {
        await using var server = await WebServer.AnsweringAsync(Encoded(header, Apply(done, Encoding.UTF8.GetBytes(Completed))));

        await Assert.ThrowsAsync<InvalidResponseException>(() => _protocol.ReadStatusAsync(CreateReference(server), logs: false, CancellationToken.None).InTime());
    }

    [Fact]
    public void What_grows_beyond_the_bound_is_given_up()
    {
        ReadOnlyMemory<byte> small = Apply("gzip", new byte[100_000]);
        ReadOnlyMemory<byte> twice = Apply("gzip, gzip", new byte[100_000]);
        ReadOnlyMemory<byte> brotli = Apply("br", new byte[100_000]);

        Assert.True(small.Length < 1000);
        Assert.Throws<AnswerTooLargeException>(() => BodyDecoder.TryDecode(ref small, ["gzip"], 99_999));
        Assert.Throws<AnswerTooLargeException>(() => BodyDecoder.TryDecode(ref twice, ["gzip", "gzip"], 99_999));
        Assert.Throws<AnswerTooLargeException>(() => BodyDecoder.TryDecode(ref brotli, ["br"], 99_999));
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task More_compressions_than_a_proxy_adds_are_not_undone(string coding)
    {
        var codings = Enumerable.Repeat(coding, 4).ToList();
        ReadOnlyMemory<byte> body = Encoding.UTF8.GetBytes(Completed);
        using var source = new MemoryStream(body.ToArray());

        Assert.False(BodyDecoder.TryDecode(ref body, codings, 99_999));
        var (decoded, isDecoded) = await BodyDecoder.DecodedAsync(source, codings, CancellationToken.None);

        Assert.False(isDecoded);
        Assert.Same(source, decoded);
    }

    private static byte[] Apply(string done, byte[] body) => done.Split(", ", StringSplitOptions.RemoveEmptyEntries).Aggregate(body, (bytes, step) => step switch
    {
        "gzip" => Compress(bytes, stream => new GZipStream(stream, CompressionMode.Compress)),
        "half of gzip" => Apply("gzip", bytes)[..^20],
        "deflate" => Compress(bytes, stream => new ZLibStream(stream, CompressionMode.Compress)),
        "raw deflate" => Compress(bytes, stream => new DeflateStream(stream, CompressionMode.Compress)),
        "br" => Compress(bytes, stream => new BrotliStream(stream, CompressionMode.Compress)),
        "mark" => [.. Encoding.UTF8.Preamble, .. bytes],
        "UTF-16" => [.. Encoding.Unicode.Preamble, .. Encoding.Convert(Encoding.UTF8, Encoding.Unicode, bytes)],
        _ => [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.Convert(Encoding.UTF8, Encoding.BigEndianUnicode, bytes)],
    });

    private static byte[] Compress(byte[] body, Func<Stream, Stream> with)
    {
        using var compressed = new MemoryStream();
        using (var coder = with(compressed))
        {
            coder.Write(body);
        }

        return compressed.ToArray();
    }

    private static Answer Encoded(string? header, byte[] body) => new(200)
    {
        Bytes = body,
        Headers = header is null ? [] : [("Content-Encoding", header)],
    };

    private RequestReference CreateReference(WebServer server) =>
        _protocol.CreateReference(TestHost.Connect(server.Address, new SkippingTime()), TestHost.Model, "r-1");
}
