using Imagen4.Core.Http;
using Imagen4.Core.Media;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Http;

/// <summary>What a host sends in place of HTTP, or as a media type, may be anything, a key among it: an error has none of it.</summary>
public sealed class InvalidAnswerTests
{
    [Theory]
    [InlineData("Authorization: Key canary-1\r\n\r\n")]
    [InlineData("HTTP/1.1 abc canary-1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\ncanary-1\r\n\r\n")]
    public async Task What_comes_in_place_of_HTTP_is_in_no_error(string answer)
    {
        await using var server = RawServer.Answering(answer);

        foreach (var client in new[] { HttpStack.Host, HttpStack.Media })
        {
            var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(server.Address).InTime());

            Assert.Equal(Messages.AnswerNotHttp, error.Message);
            Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
        }
    }

    // .NET repeats it in hexadecimal digits.
    [Fact]
    public async Task What_comes_in_place_of_the_length_of_a_chunk_is_in_no_error()
    {
        const string Answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\ncanary-1\r\n";
        await using var server = RawServer.Answering(Answer);
        var host = TestHost.Connect(TestHost.Profile(server.Address), new SkippingTime());
        var media = new MediaSource(new SkippingTime(), TestHost.ThisMachine);
        using var content = new PaidContent("{}"u8.ToArray());

        foreach (var ask in new Func<Task>[]
        {
            () => host.GetAsync(server.Address, CancellationToken.None),
            () => host.PostAsync(server.Address, content, headers: [], TimeSpan.FromMinutes(2), CancellationToken.None),
            () => media.CopyAsync(new ImageBytes.Remote(server.Address.AbsoluteUri), new MemoryStream(), CancellationToken.None),
        })
        {
            var error = await Assert.ThrowsAnyAsync<Exception>(() => ask().InTime());

            Assert.DoesNotContain("63-61-6E-61-72-79", error.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Of_a_media_type_an_error_has_a_few_words()
    {
        await using var server = RawServer.Answering(RawServer.Answer(200, "{", type: $"application/{new string('x', 5000)}"));
        var protocol = new FalQueueProtocol();
        var request = protocol.CreateReference(TestHost.Connect(TestHost.Profile(server.Address)), TestHost.Model, "r-1");

        var error = await Assert.ThrowsAsync<InvalidResponseException>(
            () => protocol.ReadStatusAsync(request, logs: false, CancellationToken.None).InTime());

        Assert.Contains("application/xxx", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 1, 600);
    }
}
