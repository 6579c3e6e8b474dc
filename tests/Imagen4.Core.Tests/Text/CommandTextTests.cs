using Imagen4.Core.Text;

namespace Imagen4.Core.Tests.Text;

/// <summary>What a message shows in a command means the same value when it is pasted.</summary>
public sealed class CommandTextTests
{
    [Theory]
    [InlineData("fal-ai/imagen4/preview", "fal-ai/imagen4/preview")]
    [InlineData("https://images.example/v1", "https://images.example/v1")]
    [InlineData("./out", "./out")]
    [InlineData("red fox", "'red fox'")]
    [InlineData("", "''")]
    [InlineData("it's", "'it''s'")]
    [InlineData("it\u2019s", "'it\u2019\u2019s'")]
    [InlineData("$(Stop-Computer)", "'$(Stop-Computer)'")]
    [InlineData("a;b", "'a;b'")]
    [InlineData("-Force", "'-Force'")]
    [InlineData("007", "'007'")]
    [InlineData("1e-5", "'1e-5'")]
    [InlineData("6ce5709d-36fd-4be2-9e00-3fb1fcd1bd8f", "6ce5709d-36fd-4be2-9e00-3fb1fcd1bd8f")]
    [InlineData("a\e[31m\nb", "'a [31m b'")]
    public void A_value_is_an_argument(string value, string expected) => Assert.Equal(expected, CommandText.Argument(value));

    [Fact]
    public void Several_values_are_a_list() => Assert.Equal("ONE,'two words'", CommandText.Arguments(["ONE", "two words"]));
}
