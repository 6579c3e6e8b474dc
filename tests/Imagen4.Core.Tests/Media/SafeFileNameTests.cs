using System.Text;
using Imagen4.Core.Media;

namespace Imagen4.Core.Tests.Media;

public sealed class SafeFileNameTests
{
    [Theory]
    [InlineData("a red fox", "a-red-fox")]
    [InlineData("zwei Füchse", "zwei-Füchse")]
    [InlineData("u\u0308ber", "über")]
    [InlineData("赤い狐", "赤い狐")]
    [InlineData("рыжая лиса", "рыжая-лиса")]
    [InlineData("ลูกหมา", "ลูกหมา")]
    [InlineData("हिन्दी लोमड़ी", "हिन्दी-लोमड़ी")]
    [InlineData("fox 🦊 fox", "fox-🦊-fox")]
    [InlineData("🦊", "🦊")]
    [InlineData("🦊🦉", "🦊🦉")]
    [InlineData("\U0001F44D\U0001F3FD", "\U0001F44D\U0001F3FD")]
    [InlineData("\U0001F3F3\uFE0F\u200D\U0001F308", "\U0001F3F3\uFE0F\u200D\U0001F308")]
    [InlineData("\U0001F469\u200D\U0001F467", "\U0001F469\u200D\U0001F467")]
    [InlineData("🦊\u200D", "🦊")]
    [InlineData("🦊\u200Da", "🦊a")]
    [InlineData("🦊\u200D-🦉", "🦊-🦉")]
    [InlineData("a\u200Db", "a-b")]
    [InlineData("\u200D🦊", "🦊")]
    [InlineData("\uFE0F", "image")]
    [InlineData("a-\uFE0Fb", "a-b")]
    [InlineData("\uFFFDa\uFFFCb", "a-b")]
    [InlineData("v1.2_final-3", "v1.2_final-3")]
    [InlineData("a -- b", "a---b")]
    [InlineData("-.a.-", "a")]
    [InlineData("...", "image")]
    [InlineData("nul", "image-nul")]
    [InlineData("Aux.tar.gz", "image-Aux.tar.gz")]
    [InlineData("console", "console")]
    [InlineData("com10", "com10")]
    [InlineData("a\uFFFEfox\uFFFF", "a-fox")]
    public void Letters_and_digits_of_any_script_are_kept(string text, string expected) => Assert.Equal(expected, SafeFileName.Whole(text));

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("..\\..\\windows\\system32")]
    [InlineData("/etc/passwd")]
    [InlineData("C:\\x")]
    [InlineData("\\\\server\\share")]
    [InlineData("a/../b")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("...")]
    [InlineData(".hidden")]
    [InlineData("name.")]
    [InlineData("name ")]
    [InlineData("name. . .")]
    [InlineData("file.txt:stream")]
    [InlineData("a\0b")]
    [InlineData("a\r\nb")]
    [InlineData("con")]
    [InlineData("NUL")]
    [InlineData("nul.txt")]
    [InlineData("aux .png")]
    [InlineData("COM1")]
    [InlineData("com¹")]
    [InlineData("LPT9.tar.gz")]
    [InlineData("CLOCK$")]
    [InlineData("CONIN$")]
    [InlineData("gnp\u202e.exe")]
    [InlineData("a\u200bb")]
    [InlineData("~$x")]
    [InlineData("%TEMP%")]
    [InlineData("$(rm -rf)")]
    [InlineData("-rf")]
    [InlineData("a*b?c<d>e|f\"g")]
    [InlineData("🦊")]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("／fullwidth／")]
    public void No_text_becomes_a_name_that_is_none_on_some_system(string text) =>
        Assert.True(IsSafe(SafeFileName.Whole(text)), SafeFileName.Whole(text));

    [Fact]
    public void Half_a_character_is_no_reason_to_fail()
    {
        Assert.True(IsSafe(SafeFileName.Whole("fox \ud83e fox")));
        Assert.True(IsSafe(SafeFileName.Whole("\udd8a")));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("狐")]
    [InlineData("e\u0301\u0302")]
    public void A_name_is_never_longer_than_a_file_system_takes(string letter)
    {
        var name = SafeFileName.Whole(string.Concat(Enumerable.Repeat(letter, 5000)));

        Assert.InRange(Encoding.UTF8.GetByteCount(name), 100, 180);
        Assert.True(IsSafe(name));
    }

    [Fact]
    public void No_name_is_that_of_a_device() => Assert.All(
        Enumerable.Range(0, 10).SelectMany(number => new[] { $"com{number}", $"LPT{number}" }).Concat(["con", "PRN", "aux", "NUL"]),
        device => Assert.Equal($"image-{device}", SafeFileName.Whole(device)));

    [Fact]
    public void A_name_is_cut_where_a_file_system_would_not_take_it()
    {
        var longest = new string('x', 180);

        Assert.Equal(longest, SafeFileName.Whole(longest));
        Assert.Equal($"{longest[..163]}-dc31ed5afb940294", SafeFileName.Whole(longest + "x"));
    }

    [Theory]
    [InlineData("aaaa", "aaa")]
    [InlineData("aaa", "aaa")]
    [InlineData("éé", "é")]
    [InlineData("a é", "a")]
    [InlineData("狐狐", "狐")]
    [InlineData("--aaa", "a")]
    [InlineData("??aa", "a")]
    public void A_part_has_so_many_bytes_of_the_text_and_no_half_characters(string text, string expected) =>
        Assert.Equal(expected, SafeFileName.Part(text, 3));

    [Theory]
    [InlineData("one two", "one-two")]
    [InlineData("aaaaaaaaa bbbbbbbbb ccccccccc dddddddddd", "aaaaaaaaa-bbbbbbbbb-ccccccccc-dddddddddd")]
    [InlineData("aaaaaaaaa bbbbbbbbb ccccccccc dddddddddd e", "aaaaaaaaa-bbbbbbbbb-ccccccccc-dddddddddd")]
    [InlineData("aaaaaaaaa bbbbbbbbb ccccccccc ddddddddd e", "aaaaaaaaa-bbbbbbbbb-ccccccccc-ddddddddd")]
    [InlineData("aaaaaaaaa bbbbbbbbb ccccccccc dddddddddde", "aaaaaaaaa-bbbbbbbbb-ccccccccc")]
    [InlineData("a bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "a")]
    [InlineData("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")]
    public void Words_of_a_text_are_whole_unless_the_first_is_too_long(string text, string expected) =>
        Assert.Equal(expected, SafeFileName.Words(text));

    [Fact]
    public void A_long_name_that_begins_like_a_device_is_no_longer_than_any_other() =>
        Assert.True(IsSafe(SafeFileName.Whole($"con.{new string('x', 500)}")));

    [Fact]
    public void Long_names_that_differ_at_their_end_stay_different()
    {
        var first = SafeFileName.Whole(new string('x', 500) + "-1");
        var second = SafeFileName.Whole(new string('x', 500) + "-2");

        Assert.NotEqual(first, second);
        Assert.Equal(first, SafeFileName.Whole(new string('x', 500) + "-1"));
    }

    [Fact]
    public void Random_text_never_becomes_a_name_that_is_none()
    {
        var random = new Random(4711);
        for (var round = 0; round < 5_000; round++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(0, 40)).Select(_ => (char)random.Next(0, 0x3000))]);
            Assert.True(IsSafe(SafeFileName.Whole(text)), $"round {round}: {SafeFileName.Whole(text)}");
        }
    }

    internal static bool IsSafe(string name) =>
        name.Length > 0
        && name[0] is not ('.' or '-' or ' ')
        && name[^1] is not ('.' or ' ')
        && name.All(letter => letter > ' ' && !"\\/:*?\"<>|$%~\u202e\u200b".Contains(letter, StringComparison.Ordinal) && !char.IsControl(letter))
        && !IsDevice(name.Split('.')[0].TrimEnd(' '))
        && Encoding.UTF8.GetByteCount(name) <= 180;

    private static bool IsDevice(string name) =>
        name.ToUpperInvariant() is "CON" or "PRN" or "AUX" or "NUL"
        || (name.Length == 4 && (name.StartsWith("COM", StringComparison.OrdinalIgnoreCase) || name.StartsWith("LPT", StringComparison.OrdinalIgnoreCase))
            && (char.IsAsciiDigit(name[3]) || name[3] is '¹' or '²' or '³'));

    [Theory]
    [InlineData("a fox, ")]
    [InlineData("e\u0301-")]
    [InlineData("\U0001F98Afox ")]
    [InlineData("ab\U00020BB7")]
    public void The_beginning_of_a_long_text_gives_the_same_part_as_the_whole(string text)
    {
        var whole = string.Concat(Enumerable.Repeat(text, 400));

        Assert.Equal(SafeFileName.Part(string.Concat(Enumerable.Repeat(text, 40)), 60), SafeFileName.Part(whole, 60));
        Assert.InRange(Encoding.UTF8.GetByteCount(SafeFileName.Part(whole, 60)), 20, 60);
    }
}
