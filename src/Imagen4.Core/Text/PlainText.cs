using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Imagen4.Core.Text;

/// <summary>Makes text from outside fit for one line of a message: no control characters, no megabytes, no images in base64.</summary>
public static partial class PlainText
{
    private const int BriefLength = 60;
    private const int LineLength = 500;

    // How much of a long text is looked at first.
    private const int Window = 4096;

    // Neither a data URI nor base64 goes on over one of these.
    private static readonly SearchValues<char> Breaks = SearchValues.Create(" \t\r\n\"'<>");

    /// <summary>At most 60 characters, for a value inside a sentence.</summary>
    public static string Brief(string text) => Clean(text, BriefLength);

    /// <summary>At most 500 characters, for what a host said.</summary>
    public static string Line(string text) => Clean(text, LineLength);

    /// <summary>
    /// Whether every character is whole. Half a surrogate pair cannot be written in UTF-8: it would be replaced without a word.
    /// </summary>
    public static bool IsWhole(string text)
    {
        var first = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        for (var at = first < 0 ? text.Length : first; at < text.Length; at++)
        {
            if (char.IsSurrogate(text[at]) && (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[++at])))
            {
                return false;
            }
        }

        return true;
    }

    private static string Clean(string text, int length)
    {
        var start = Start(text, length);
        var clean = new StringBuilder(Math.Min(start.Length, length + 1));
        foreach (var rune in start.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > length)
            {
                return clean.Append('…').ToString();
            }

            // Control characters steer a terminal, format characters turn text around in it.
            var steers = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate;
            clean.Append(steers ? " " : rune.ToString());
        }

        return clean.ToString().Trim();
    }

    // What stands before a break is the same whatever follows it: as much of the text is read as makes the start of it.
    private static string Start(string text, int length)
    {
        for (var window = Window; window < text.Length; window *= 8)
        {
            // What is shown as one blank may be two characters long.
            var end = text.AsSpan(0, window).LastIndexOfAny(Breaks);
            if (end > 0 && WithoutData(text[..end]) is { } start && start.Length > 2 * length)
            {
                return start;
            }
        }

        return WithoutData(text);
    }

    private static string WithoutData(string text) =>
        Base64().Replace(DataUri().Replace(text, "$1…"), match => IsEncoded(match.Value) ? "…" : match.Value);

    // A long word, a digest or a row of one letter has not all kinds of letters, and fewer of them.
    private static bool IsEncoded(string text) =>
        text.Any(char.IsAsciiLetterUpper) && text.Any(char.IsAsciiLetterLower) && text.Any(char.IsAsciiDigit)
            && text.Distinct().Count() > 20;

    // RFC 2397; in JSON a slash may have a backslash in front of it.
    [GeneratedRegex(
        """(\bdata:(?:[\w.+-]+\\?/[\w.+-]+)?)(?:;[\w.+-]+(?:=[\w.+-]*)?)*,[^\s"'<>]*""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex DataUri();

    [GeneratedRegex(@"(?:[A-Za-z0-9+]|\\?/){100,}={0,2}", RegexOptions.CultureInvariant)]
    private static partial Regex Base64();
}

/// <summary>Fills the messages of <c>Messages.resx</c>.</summary>
public static class MessageTemplate
{
    /// <summary>Puts values into the numbered places of a message, in the invariant culture: messages end in logs.</summary>
    public static string With(this string template, params ReadOnlySpan<object?> values) =>
        string.Format(CultureInfo.InvariantCulture, template, values);
}
