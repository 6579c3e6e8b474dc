namespace Imagen4.Core.Media;

/// <summary>What stands in a data URI (RFC 2397) before its data: a media type with parameters, and whether the data are base64.</summary>
/// <param name="Length">How many bytes it has, with the comma behind it.</param>
/// <param name="IsBase64">Whether the data are base64.</param>
internal readonly record struct DataUriHeader(int Length, bool IsBase64)
{
    /// <summary>Finds where it ends.</summary>
    /// <param name="text">The beginning of the data URI, with its percent escapes.</param>
    /// <returns>Null where it has no end there.</returns>
    public static DataUriHeader? Find(ReadOnlySpan<byte> text)
    {
        // A quotation mark without a second one is a part of a value.
        var (end, length) = UnquotedComma(text) is >= 0 and var unquoted ? (unquoted, 1)
            : text.IndexOf((byte)',') is >= 0 and var first ? (first, 1)
            : (Math.Max(text.IndexOf("%2C"u8), text.IndexOf("%2c"u8)), PercentEscape.Length);
        return end < 0 ? null : new(end + length, EndsWithBase64(text[..end]));
    }

    // The value of a parameter may be quoted (RFC 2045, 5.1) and have commas in it. An address should have neither: both may be escaped,
    // and an escaped comma is a part of a value.
    private static int UnquotedComma(ReadOnlySpan<byte> text)
    {
        var (isQuoted, isEscaped) = (false, false);
        for (int at = 0, length; at < text.Length; at += length)
        {
            var letter = PercentEscape.Read(text[at..], out length);
            if (letter == (byte)',' && length == 1 && !isQuoted)
            {
                return at;
            }

            isQuoted ^= letter == (byte)'"' && !isEscaped;
            isEscaped = letter == (byte)'\\' && isQuoted && !isEscaped;
        }

        return -1;
    }

    private static bool EndsWithBase64(ReadOnlySpan<byte> text)
    {
        var word = "base64"u8;
        return text.Length > word.Length && System.Text.Ascii.EqualsIgnoreCase(text[^word.Length..], word)
            && (text[^(word.Length + 1)] == (byte)';' || text[..^word.Length].EndsWith("%3B"u8) || text[..^word.Length].EndsWith("%3b"u8));
    }
}
