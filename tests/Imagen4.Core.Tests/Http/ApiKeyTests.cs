using Imagen4.Core.Http;

namespace Imagen4.Core.Tests.Http;

public sealed class ApiKeyTests
{
    [Fact]
    public void Blanks_around_a_key_are_a_copying_accident() => Assert.Equal("id:secret", new ApiKey(" id:secret\r\n", "x").Reveal());

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("two words")]
    [InlineData("line\nbreak")]
    [InlineData("schlüssel")]
    [InlineData("tab\tbed")]
    public void What_cannot_be_a_key_is_refused_by_its_source_and_never_shown(string secret)
    {
        var error = Assert.Throws<AuthenticationFailedException>(() => new ApiKey(secret, "$env:FAL_KEY"));

        Assert.Contains("$env:FAL_KEY", error.Message, StringComparison.Ordinal);
        Assert.False(secret.Trim().Length > 0 && error.Message.Contains(secret.Trim(), StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_never_shows_itself() => Assert.Equal("***", $"{new ApiKey("secret", "x")}");
}
