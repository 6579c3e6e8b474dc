using Imagen4.Core.Providers;

namespace Imagen4.Core.Tests.Providers;

public sealed class EndpointIdTests
{
    [Theory]
    [InlineData("fal-ai/imagen4", "fal-ai/imagen4", "fal-ai/imagen4")]
    [InlineData("fal-ai/imagen4/preview", "fal-ai/imagen4/preview", "fal-ai/imagen4")]
    [InlineData("fal-ai/imagen4/preview/fast", "fal-ai/imagen4/preview/fast", "fal-ai/imagen4")]
    [InlineData("workflows/me/flow", "workflows/me/flow", "workflows/me/flow")]
    [InlineData("workflows/me/flow/v2", "workflows/me/flow/v2", "workflows/me/flow")]
    [InlineData("comfy/me/flow/v2", "comfy/me/flow/v2", "comfy/me/flow")]
    [InlineData("123-app", "123/app", "123/app")]
    [InlineData("123-my-app", "123/my-app", "123/my-app")]
    [InlineData("123-app/run", "123-app/run", "123-app/run")]
    [InlineData("Owner_1/app.v2", "Owner_1/app.v2", "Owner_1/app.v2")]
    public void Submits_go_to_the_whole_id_and_reads_to_owner_and_alias(string id, string full, string read)
    {
        var endpoint = EndpointId.Parse(id);

        Assert.Equal((full, read), (endpoint.Full, endpoint.Read));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("imagen4")]
    [InlineData("app-123")]
    [InlineData("123-")]
    [InlineData("-app")]
    [InlineData("workflows/me")]
    [InlineData("comfy")]
    [InlineData("/fal-ai/imagen4")]
    [InlineData("fal-ai/imagen4/")]
    [InlineData("fal-ai//imagen4")]
    [InlineData("fal-ai/../admin")]
    [InlineData("fal-ai/./imagen4")]
    [InlineData("fal-ai/...")]
    [InlineData("fal-ai/imagen4?x=1")]
    [InlineData("fal-ai/imagen4#x")]
    [InlineData("fal-ai/imagen4@evil.example")]
    [InlineData("fal-ai\\imagen4")]
    [InlineData("fal-ai/%2e%2e/admin")]
    [InlineData("fal-ai/imagen4%2fx")]
    [InlineData("fal-ai/imagen4 ")]
    [InlineData("fal-ai/imagen4\n")]
    [InlineData("fal-ai/imagen4\u202e")]
    [InlineData("fal-ai/imägen4")]
    [InlineData("fal-ai/imagen４")]
    [InlineData("https://fal.run/fal-ai/imagen4")]
    [InlineData("//evil.example/x")]
    [InlineData("fal-ai/imagen4:8080")]
    public void An_id_that_could_lead_elsewhere_is_refused(string id) =>
        Assert.Throws<InvalidInputException>(() => EndpointId.Parse(id));

    [Fact]
    public void The_refusal_shows_the_id_on_one_short_line()
    {
        var error = Assert.Throws<InvalidInputException>(() => EndpointId.Parse("a\r\nb" + new string('x', 5000)));

        Assert.StartsWith("'a  bxxx", error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Length < 200, error.Message);
    }
}
