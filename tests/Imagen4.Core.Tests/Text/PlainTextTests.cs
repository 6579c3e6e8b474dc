using System.Text.RegularExpressions;
using Imagen4.Core.Text;

namespace Imagen4.Core.Tests.Text;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("a\r\nb\tc", "a  b c")]
    [InlineData("\u001b[31mred\u001b[0m", "[31mred [0m")]
    [InlineData("gnp\u202e.exe", "gnp .exe")]
    [InlineData("狐 fuchs 🦊", "狐 fuchs 🦊")]
    public void What_steers_a_terminal_becomes_a_blank(string text, string expected) => Assert.Equal(expected, PlainText.Brief(text));

    [Fact]
    public void A_long_text_is_cut_without_cutting_a_character()
    {
        Assert.Equal(new string('x', 60), PlainText.Brief(new string('x', 60)));
        Assert.Equal(new string('x', 60) + "…", PlainText.Brief(new string('x', 61)));
        Assert.Equal(new string('x', 59) + "…", PlainText.Brief(new string('x', 59) + "🦊"));
        Assert.Equal(501, PlainText.Line(new string('x', 100_000)).Length);
    }

    [Theory]
    [InlineData("bad data:image/png;base64,QUJD+/== there", "bad data:image/png… there")]
    [InlineData("""{"url":"data:image\/png;base64,QUJD\/QUJD","x":1}""", """{"url":"data:image\/png…","x":1}""")]
    [InlineData("DATA:;base64,QUJD", "DATA:…")]
    [InlineData("data: none, see /tmp", "data: none, see /tmp")]
    public void A_data_URI_is_shown_without_its_data(string text, string expected)
    {
        Assert.Equal(expected, PlainText.Brief(text));
        Assert.Equal(expected, PlainText.Line(text));
    }

    [Fact]
    public void Base64_is_not_shown_but_a_long_word_a_digest_or_an_address_is()
    {
        var base64 = Convert.ToBase64String([.. Enumerable.Range(0, 200).Select(number => (byte)number)]);
        var address = $"https://a.example/{string.Join('/', Enumerable.Repeat("some-folder", 12))}";

        Assert.Equal("""{"b64_json":"…"} is bad""", PlainText.Line($$"""{"b64_json":"{{base64}}"} is bad"""));
        Assert.Equal("…", PlainText.Brief(base64));
        Assert.All([address, new string('a', 64), new string('x', 200)], text => Assert.Equal(text, PlainText.Line(text)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void What_stands_behind_a_lot_of_data_is_shown(int count)
    {
        var base64 = Convert.ToBase64String([.. Enumerable.Range(0, 100_000 / count).Select(number => (byte)(number * 7))]);
        var more = new string('x', 100_000);

        Assert.Equal(
            $"bad {Repeated("data:image/png… ", count)}there, {more}"[..500] + "…",
            PlainText.Line($"bad {Repeated($"data:image/png;base64,{base64} ", count)}there, {more}"));
        Assert.Equal($"bad {Repeated("… ", count)}there", PlainText.Line($"bad {Repeated($"{base64} ", count)}there"));
    }

    [Fact]
    public void Data_is_found_as_by_the_expressions_that_say_what_it_is()
    {
        const string uri = """(\bdata:(?:[\w.+-]+\\?/[\w.+-]+)?)(?:;[\w.+-]+(?:=[\w.+-]*)?)*,[^\s"'<>]*""";
        const string base64 = @"(?:[A-Za-z0-9+]|\\?/){100,}={0,2}";
        const string encoded = "QUJDefghijkLMNop0123456789qrstuvwxyzRSTU+/abQUJDefghijkLMNop0123456789qrstuvwxyzRSTU";
        string[] parts = ["data:", "Data:image/png", ";base64,", ",", encoded, encoded, "\\/", "\\", "/", "=", "==", " ", "'", "a", "Z9", "\u72d0", "\ud83e\udd8a", "image/", new('x', 99)];
        var random = new Random(11);
        for (var round = 0; round < 5000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => parts[random.Next(parts.Length)]));
            var expected = Regex.Replace(
                Regex.Replace(text, uri, "$1…", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant),
                base64,
                match => match.Value.Any(char.IsAsciiLetterUpper) && match.Value.Any(char.IsAsciiLetterLower) && match.Value.Any(char.IsAsciiDigit)
                    && match.Value.Distinct().Count() > 20 ? "…" : match.Value);

            Assert.Equal(expected, EncodedData.Without(text, int.MaxValue));
            Assert.StartsWith(expected[..Math.Min(expected.Length, 40)], EncodedData.Without(text, 40), StringComparison.Ordinal);
        }
    }

    private static string Repeated(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    [Fact]
    public void Half_a_character_is_shown_as_one_that_is_missing() => Assert.Equal("half \ufffd", PlainText.Brief("half \ud83e"));

    [Fact]
    public void A_text_is_whole_when_it_can_be_written_in_UTF8()
    {
        // Not inline data: attributes cannot carry half a character.
        Assert.All(new[] { "", "a", "狐🦊", "🦊🦊" }, text => Assert.True(PlainText.IsWhole(text)));
        Assert.All(new[] { "\ud83e", "\udd8a", "\udd8a\ud83e", "🦊\ud83e🦊", "a\udd8a" }, text => Assert.False(PlainText.IsWhole(text)));
    }
}
