using Imagen4.Core.Providers;

namespace Imagen4.Core.Tests.Providers;

public sealed class KeyShapeTests
{
    [Theory]
    [InlineData("6f1d0c52-9b7e-4c1a-8d3f-2a5b6c7d8e9f:0123456789abcdef0123456789abcdef")]
    [InlineData("0123456789abcdef0123456789abcdef")]
    [InlineData("ABCDEF0123456789ABCDEF01")]
    [InlineData("sk_live_4eC39HqLyjWDarjtT1zdp7dc")]
    [InlineData("sk-proj-9aXk2Lm7QwZ4rT8yUi3oPb5n")]
    [InlineData("AIzaSyD3x4mpl3K3yTh4tIsN0tR3al0000000")]
    [InlineData("k7ud3vyjxqzr2a5w4gmt6hnbce9p8f2s")]
    public void A_key_is_told_by_its_long_run_without_an_order(string text) => Assert.True(KeyShape.Is(text));

    [Theory]
    [InlineData("FAL_KEY")]
    [InlineData("FalKey")]
    [InlineData("ImagenProductionFalKey2031Europe")]
    [InlineData("IMAGEN4_PRODUCTION_KEY_FOR_THE_2ND_GATEWAY_OF_2031")]
    [InlineData("team/prod/fal-api-key-2031")]
    [InlineData("6f1d0c52-9b7e-4c1a-8d3f-2a5b6c7d8e9f")]
    [InlineData("k7ud3vyjxqzr2a5w4gmt6hnbce")]
    [InlineData("")]
    public void The_name_of_a_secret_or_a_variable_is_none(string text) => Assert.False(KeyShape.Is(text));

    [Theory]
    [InlineData("FAL_KEY", true)]
    [InlineData("_1", true)]
    [InlineData("a", true)]
    [InlineData("", false)]
    [InlineData("1A", false)]
    [InlineData("A B", false)]
    [InlineData("A-B", false)]
    [InlineData("A:B", false)]
    [InlineData("$A", false)]
    [InlineData("Ä", false)]
    [InlineData("A\n", false)]
    public void A_variable_has_letters_digits_and_lines_below(string text, bool expected) =>
        Assert.Equal(expected, KeyShape.IsVariable(text));
}
