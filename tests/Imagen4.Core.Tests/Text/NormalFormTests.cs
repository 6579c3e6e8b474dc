using Imagen4.Core.Text;

namespace Imagen4.Core.Tests.Text;

public sealed class NormalFormTests
{
    [Theory]
    [InlineData("0", "0", "-0", "0.0", "0e5", "-0.00E-7")]
    [InlineData("35e-1", "3.5", "3.50", "35e-1", "0.35E1", "350e-2", "3.5e0", "3.5E+00")]
    [InlineData("1e2", "100", "1e2", "1.0E+2", "10e1", "0.1e3")]
    [InlineData("-12e-1", "-1.2", "-1.20", "-12e-1")]
    [InlineData("7", "7", "7.0", "70e-1")]
    [InlineData("9007199254740992", "9007199254740992", "9007199254740992.0")]
    [InlineData("9007199254740993", "9007199254740993", "9007199254740993.00")]
    [InlineData("1000000000000000000000000000001", "1000000000000000000000000000001")]
    [InlineData("1e99999999999999999999", "1e99999999999999999999", "10e99999999999999999998", "0.1E100000000000000000000")]
    public void A_number_is_its_value(string form, params string[] written) =>
        Assert.All(written, number => Assert.Equal(form, NormalForm.Number(number)));

    [Theory]
    [InlineData("u\u0308\uFFFEu\u0308", "\u00FC\uFFFE\u00FC")]
    [InlineData("\uFFFE", "\uFFFE")]
    [InlineData("u\u0308\uFFFF", "\u00FC\uFFFF")]
    public void Text_with_a_character_that_is_none_has_a_form(string text, string form) => Assert.Equal(form, NormalForm.Text(text));

    [Fact]
    public void Two_numbers_that_are_not_equal_have_two_forms()
    {
        var random = new Random(5);
        for (var round = 0; round < 2000; round++)
        {
            var (digits, exponent) = (random.NextInt64(1, 1_000_000), random.Next(-6, 7));
            var value = (decimal)digits * (decimal)Math.Pow(10, exponent);
            string[] written = [$"{digits}e{exponent}", $"{digits}0E{exponent - 1}", $"{digits}.00e{exponent:+0;-0}", value.ToString("0.0###########", System.Globalization.CultureInfo.InvariantCulture)];
            Assert.Single(written.Select(NormalForm.Number).Distinct());
            Assert.NotEqual(NormalForm.Number(written[0]), NormalForm.Number($"{digits + 1}e{exponent}"));
            Assert.NotEqual(NormalForm.Number(written[0]), NormalForm.Number($"-{written[0]}"));
        }
    }

    [Fact]
    public void Text_is_trimmed_composed_and_has_line_feeds()
    {
        Assert.Equal("caf\u00E9\nau lait", NormalForm.Text("\u00A0\tcafe\u0301\r\nau lait \r\n"));
        Assert.Equal("a  b", NormalForm.Text("a  b"));
        Assert.Equal("a", NormalForm.Text("\uFEFF a\uFEFF"));
        Assert.Equal("half \uD800", NormalForm.Text(" half \uD800"));
    }
}
