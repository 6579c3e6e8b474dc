using Imagen4.Core.Http;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Providers;

[Collection(RunsAlone.Name)]
public sealed class ApiKeySourceTests : EnvironmentTest
{
    private static readonly ProviderProfile Fal = TestClient.Providers.Find("fal");

    [Fact]
    public void A_key_from_the_command_line_comes_first()
    {
        Set("FAL_KEY", "from-environment");

        Found("given", "-ApiKey", ApiKeySource.Find(Fal, "given"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData(null)]
    public void An_empty_key_is_no_key(string? given)
    {
        Set("FAL_KEY", "from-environment");

        Found("from-environment", "$env:FAL_KEY", ApiKeySource.Find(Fal, given));
    }

    [Fact]
    public void The_whole_key_comes_before_its_halves()
    {
        Set("FAL_KEY", "whole");
        Set("FAL_KEY_ID", "id");
        Set("FAL_KEY_SECRET", "secret");

        Found("whole", "$env:FAL_KEY", ApiKeySource.Find(Fal, null));
    }

    [Fact]
    public void Two_halves_are_joined_by_a_colon()
    {
        Set("FAL_KEY", " ");
        Set("FAL_KEY_ID", " id ");
        Set("FAL_KEY_SECRET", "secret");

        Found("id:secret", "$env:FAL_KEY_ID, $env:FAL_KEY_SECRET", ApiKeySource.Find(Fal, null));
    }

    [Theory]
    [InlineData("FAL_KEY_ID")]
    [InlineData("FAL_KEY_SECRET")]
    public void One_half_is_no_key(string variable)
    {
        Set(variable, "half");

        Assert.Throws<ApiKeyMissingException>(() => ApiKeySource.Find(Fal, null));
    }

    [Fact]
    public void Without_a_key_the_message_names_the_variable_and_the_emulator()
    {
        var error = Assert.Throws<ApiKeyMissingException>(() => ApiKeySource.Find(Fal, null));

        Assert.Contains("$env:FAL_KEY", error.Message, StringComparison.Ordinal);
        Assert.Contains("Start-ImagenEmulator", error.Message, StringComparison.Ordinal);
        Assert.Null(ApiKeySource.Describe(Fal));
    }

    [Fact]
    public void The_emulator_needs_no_key()
    {
        Set("FAL_KEY", "must-not-go-there");

        Assert.Equal("emulator", ApiKeySource.Find(TestClient.Providers.Find("emulator"), null).Reveal());
    }

    [Fact]
    public void A_malformed_key_is_an_error_and_not_skipped()
    {
        Set("FAL_KEY", "not a key");
        Set("FAL_KEY_ID", "id");
        Set("FAL_KEY_SECRET", "secret");

        Assert.Throws<AuthenticationFailedException>(() => ApiKeySource.Find(Fal, null));
    }

    private static void Found(string secret, string source, ApiKey key) => Assert.Equal((secret, source), (key.Reveal(), key.Source));
}
