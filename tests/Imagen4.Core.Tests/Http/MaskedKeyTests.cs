using System.Text;
using Imagen4.Core.Http;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Http;

/// <summary>A host that repeats our key does not make us show it, or keep it.</summary>
public sealed class MaskedKeyTests
{
    [Theory]
    [InlineData("0123456789ab", "no key in it", "no key in it")]
    [InlineData("0123456789ab", "0123456789ab and 0123456789ab", "************ and ************")]
    [InlineData("an-id:0123456789ab", "the key an-id:0123456789ab, or 0123456789ab", "the key ******************, or ************")]
    [InlineData("an-id:short", "the key an-id:short is short", "the key *********** is short")]
    [InlineData("short", "what is short", "what is short")]
    public void A_key_is_masked(string key, string text, string shown)
    {
        Assert.Equal(shown, new ApiKey(key, "the test").Mask(text));
        Assert.Equal(shown, Encoding.UTF8.GetString(new ApiKey(key, "the test").Mask(Encoding.UTF8.GetBytes(text)).Span));
    }

    [Fact]
    public async Task No_answer_is_handed_on_with_it()
    {
        var echo = new Answer(401, $$"""{"detail":"the key {{TestHost.Secret}} is not known"}""")
        {
            Headers = [("X-Fal-Error-Type", TestHost.Secret)],
        };
        var events = new Answer(200, $"data: {{\"status\":\"IN_QUEUE\",\"error\":\"{TestHost.Secret}\"}}\n\n", "text/event-stream");
        await using var server = await WebServer.AnsweringAsync(echo, events);
        var host = TestHost.Connect(server.Address);

        var response = await host.GetAsync(server.Address, CancellationToken.None).InTime();
        Assert.Equal("""{"detail":"the key ******** is not known"}""", Encoding.UTF8.GetString(response.Body.Span));
        Assert.Equal("********", response.Header("X-Fal-Error-Type"));

        await foreach (var data in host.ReadEventsAsync(server.Address, CancellationToken.None))
        {
            Assert.DoesNotContain(TestHost.Secret, Encoding.UTF8.GetString(data), StringComparison.Ordinal);
        }
    }
}
