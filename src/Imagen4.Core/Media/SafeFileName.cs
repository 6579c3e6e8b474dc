using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Imagen4.Core.Text;

namespace Imagen4.Core.Media;

/// <summary>
/// Turns any text into part of a file name that is one on every system: an allow-list, because Unix forbids next to nothing
/// and a folder written here may be read on Windows.
/// </summary>
internal static class SafeFileName
{
    // NAME_MAX is 255 bytes; the temporary name and the ending need their share.
    private const int LongestName = 180;

    // How many marks a character of a prompt has at most, where it is text and not an attempt at something else.
    private const int MostMarks = 16;

    // How many bytes of a prompt tell one image from another in a list of files.
    private const int ShortPrompt = 40;

    // Makes one emoji of two (UTS #51, 1.4.6).
    private static readonly Rune Joiner = new(0x200D);

    // As far as a part can be one: CLOCK$ and COM¹ have characters that no part has.
    private static readonly HashSet<string> Devices = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL",
        "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
        "LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
    };

    /// <summary>A value inside a name: letters and digits of any script, emoji, <c>- _ .</c>, and a dash for everything else.</summary>
    /// <param name="value">The value.</param>
    /// <param name="longest">How many bytes of it are used.</param>
    public static string Part(string value, int longest = int.MaxValue)
    {
        if (longest < value.Length / MostMarks)
        {
            // What cannot come into the name need not be normalised.
            value = value[..(longest * MostMarks)];
        }

        var part = new StringBuilder();
        Span<char> utf16 = stackalloc char[2];
        var bytes = 0;
        Rune? last = null;
        var isJoined = false;

        // Half a character would fail to normalise; read as runes, it is one that is not allowed.
        var whole = value.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? string.Concat(value.EnumerateRunes()) : value;
        foreach (var rune in NormalForm.Of(whole, NormalizationForm.FormC).EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > longest)
            {
                break;
            }

            if (rune == Joiner && last is { } before && (IsEmoji(before) || IsMark(before)))
            {
                isJoined = true;
                continue;
            }

            if (IsMark(rune) && last is null)
            {
                // What belongs to no character cannot be seen.
                continue;
            }

            if (!IsAllowed(rune))
            {
                if (part.Length > 0 && part[^1] != '-')
                {
                    part.Append('-');
                }

                last = null;
            }
            else
            {
                if (isJoined && IsEmoji(rune))
                {
                    part.Append(utf16[..Joiner.EncodeToUtf16(utf16)]);
                }

                part.Append(utf16[..rune.EncodeToUtf16(utf16)]);
                last = rune.Value is '-' or '_' or '.' ? null : rune;
            }

            isJoined = false;
        }

        return part.ToString().Trim('-', '.', ' ');
    }

    /// <summary>The first words of a text, as a part of a name.</summary>
    public static string Words(string text)
    {
        var (part, longer) = (Part(text, ShortPrompt), Part(text, ShortPrompt + MostMarks));
        return longer.Length > part.Length && longer[part.Length] != '-' && part.LastIndexOf('-') is > 0 and var end ? part[..end] : part;
    }

    /// <summary>
    /// A whole name: its parts are safe, and the whole is neither empty, nor a device, nor hidden, nor too long.
    /// Names that are cut stay different from each other.
    /// </summary>
    public static string Whole(string name)
    {
        var part = Part(name);
        var first = part.Split('.')[0];
        return Short(first.Length == 0 || Devices.Contains(first) ? $"image-{part}".TrimEnd('-') : part);
    }

    // What tells two names apart (a request's id, an image's number) often stands at their end.
    private static string Short(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) <= LongestName)
        {
            return name;
        }

        var mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 8));
        return $"{Part(name, LongestName - mark.Length - 1)}-{mark}";
    }

    private static bool IsAllowed(Rune rune) =>
        rune.Value is '-' or '_' or '.' || Rune.IsLetterOrDigit(rune) || IsMark(rune) || IsEmoji(rune);

    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    // With the tones of skin, and without what stands for something that could not be read or shown.
    private static bool IsEmoji(Rune rune) =>
        (Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherSymbol && rune.Value is not (0xFFFC or 0xFFFD))
        || rune.Value is >= 0x1F3FB and <= 0x1F3FF;
}
