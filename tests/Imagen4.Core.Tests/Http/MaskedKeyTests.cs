using System.Text;
using Imagen4.Core.Http;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Http;

/// <summary>A host that repeats our key does not make us show it, or keep it.</summary>
public sealed class MaskedKeyTests
{
    private const string Secret = "0123456789abcdef";

    [Theory]
    [InlineData("0123456789abcdef", "no key in it", "no key in it")]
    [InlineData("0123456789abcdef", "0123456789abcdef and 0123456789abcdef", "**************** and ****************")]
    [InlineData("an-id:0123456789abcdef", "the key an-id:0123456789abcdef, or 0123456789abcdef", "the key **********************, or ****************")]
    [InlineData("a-long-id:short-one", "the key a-long-id:short-one is short-one", "the key ******************* is short-one")]
    [InlineData("0123456789abcdef", @"a \u0030123456789abcde\u0066 b", "a ************************** b")]
    [InlineData("0123456789abcdeJ", @"\u0041 0123456789abcde\u004A 0123456789abcde\u004a", @"\u0041 ********************* *********************")]
    [InlineData("0123456789abcdef", @"\u0030123456789abcde\u00", @"\u0030123456789abcde\u00")]
    [InlineData("0123456789abcdef", @"0123456789abcde\u0067", @"0123456789abcde\u0067")]
    [InlineData("0123456789abcdefXYZ", "0123456789abcdefXY and 0123456789abcdefXY [+9 bytes, a-1]", "0123456789abcdefXY and ****************** [+9 bytes, a-1]")]
    [InlineData("0123456789abcdefXYZ", "0123456789abcde [+9 bytes, a-1], 0123456789abcdef [+9 bytes, a-2]", "0123456789abcde [+9 bytes, a-1], **************** [+9 bytes, a-2]")]
    [InlineData("an-id-that-is-long:0123456789abcdefXYZ", "the id an-id-that-is-long, cut an-id-that-is-long:0123456789abcdefXY [+1 bytes, a-0]", "the id an-id-that-is-long, cut ************************************* [+1 bytes, a-0]")]
    [InlineData("sk-Ab3dEf6hIj9kLmN/SECRET+z", @"sk-Ab3dEf6hIj9kLmN\/SECRET+z, sk-Ab3dEf6hIj9kLmN%2FSECRET%2Bz, sk-Ab3dEf6hIj9kLmN\u002fSECRET\u002Bz", "****************************, *******************************, *************************************")]
    [InlineData("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.mine", "https://x/a.png?sig=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.another", "https://x/a.png?sig=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.another")]
    [InlineData("emulator", "http://127.0.0.1/_emulator/files", "http://127.0.0.1/_emulator/files")]
    public void A_key_is_masked(string key, string text, string shown)
    {
        Assert.Equal(shown, new ApiKey(key, "the test").Mask(text));
        Assert.Equal(shown, Encoding.UTF8.GetString(new ApiKey(key, "the test").Mask(Encoding.UTF8.GetBytes(text)).Span));
    }

    [Fact]
    public void Nothing_is_copied_where_it_is_not()
    {
        ReadOnlyMemory<byte> body = Encoding.UTF8.GetBytes($"{new string('a', 100_000)}\\u0041 0123456789abcde");

        Assert.True(body.Equals(new ApiKey(Secret, "the test").Mask(body)));
    }

    [Fact]
    public async Task No_answer_is_handed_on_with_it()
    {
        var echo = new Answer(401, $$"""{"detail":"the key {{Secret}} is not known"}""")
        {
            Headers = [("X-Fal-Error-Type", Secret)],
        };
        var events = new Answer(200, $"data: {{\"status\":\"IN_QUEUE\",\"error\":\"{Secret}\"}}\n\n", "text/event-stream");
        await using var server = await WebServer.AnsweringAsync(echo, events);
        var host = new HostConnection(TestHost.Profile(server.Address), new ApiKey(Secret, "the test"), TimeProvider.System, trace: null);

        var response = await host.GetAsync(server.Address, CancellationToken.None).InTime();
        Assert.Equal("""{"detail":"the key **************** is not known"}""", Encoding.UTF8.GetString(response.Body.Span));
        Assert.Equal("****************", response.Header("X-Fal-Error-Type"));

        await foreach (var data in host.ReadEventsAsync(server.Address, CancellationToken.None))
        {
            Assert.DoesNotContain(Secret, Encoding.UTF8.GetString(data), StringComparison.Ordinal);
        }
    }
}
