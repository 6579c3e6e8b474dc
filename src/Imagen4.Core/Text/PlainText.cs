using System.Globalization;
using System.Text;

namespace Imagen4.Core.Text;

/// <summary>Makes text from outside fit for one line of a message: no control characters, no megabytes, no images in base64.</summary>
public static class PlainText
{
    private const int BriefLength = 60;
    private const int LineLength = 500;

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

    /// <summary>Whether a terminal acts upon a character: control characters steer it, format characters turn text around in it.</summary>
    public static bool Steers(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate;

    private static string Clean(string text, int length)
    {
        // What is shown as one blank may be two characters long.
        var start = EncodedData.Without(text, (2 * length) + 1);
        var clean = new StringBuilder(Math.Min(start.Length, length + 1));
        foreach (var rune in start.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > length)
            {
                return clean.Append('…').ToString();
            }

            clean.Append(Steers(rune) ? " " : rune.ToString());
        }

        return clean.ToString().Trim();
    }
}

/// <summary>Fills the messages of <c>Messages.resx</c>.</summary>
public static class MessageTemplate
{
    private const string BeforeReason = ": ";

    /// <summary>
    /// Puts values into the numbered places of a message, in the invariant culture: messages end in logs. Where the reason at its end is
    /// empty, the colon in front of it goes.
    /// </summary>
    public static string With(this string template, params ReadOnlySpan<object?> values)
    {
        var message = string.Format(CultureInfo.InvariantCulture, template, values);
        return message.EndsWith(BeforeReason, StringComparison.Ordinal) && template.EndsWith('}') ? message[..^BeforeReason.Length] : message;
    }
}
