using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Fal;

public sealed class KeyTests : EmulatorTest
{
    internal override EmulatorOptions Options => base.Options with { Key = "id:secret" };

    [Theory]
    [InlineData(null, 401)]
    [InlineData("", 401)]
    [InlineData("Key", 401)]
    [InlineData("Key ", 401)]
    [InlineData("Key two words", 401)]
    [InlineData("id:secret", 401)]
    [InlineData("Bearer id:secret", 401)]
    [InlineData("Key wrong", 401)]
    [InlineData("Key id:secret", 200)]
    [InlineData("key id:secret", 200)]
    public async Task Only_the_configured_key_opens(string? authorization, int status)
    {
        Client.Authorization = authorization;

        var reply = await Client.SubmitAsync("""{"prompt":"a red fox"}""");

        Assert.Equal(status, reply.Status);
        Assert.Equal(status == 200 ? 1 : 0, (await BillsAsync()).Count);
        if (status == 401)
        {
            Assert.NotEmpty(reply.Json.GetProperty("detail").GetString()!);
        }
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/status")]
    [InlineData("GET", "/status/stream")]
    [InlineData("PUT", "/cancel")]
    public async Task Reads_and_cancel_need_the_key_too(string method, string suffix)
    {
        Client.Authorization = "Key id:secret";
        var id = await Client.SubmitPromptAsync("a red fox");
        Client.Authorization = null;

        var reply = await Client.SendAsync(new HttpMethod(method), $"/{FalClient.App}/requests/{id}{suffix}");

        Assert.Equal(401, reply.Status);
    }
}

public sealed class AnyKeyTests : EmulatorTest
{
    [Theory]
    [InlineData("Key anything", 200)]
    [InlineData("Key ", 401)]
    [InlineData("Key two words", 401)]
    [InlineData("Bearer anything", 401)]
    [InlineData(null, 401)]
    public async Task Any_key_opens_when_none_is_configured(string? authorization, int status)
    {
        Client.Authorization = authorization;

        Assert.Equal(status, (await Client.SubmitAsync("""{"prompt":"a red fox"}""")).Status);
    }
}
