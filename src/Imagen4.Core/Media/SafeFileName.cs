using System.Globalization;
using System.Text;

namespace Imagen4.Core.Media;

/// <summary>
/// Turns any text into part of a file name that is one on every system: an allow-list, because Unix forbids next to nothing
/// and a folder written here may be read on Windows.
/// </summary>
internal static class SafeFileName
{
    // NAME_MAX is 255 bytes; the temporary name and the ending need their share.
    private const int LongestName = 180;

    private static readonly HashSet<string> Devices = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL", "CLOCK$", "CONIN$", "CONOUT$",
        "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "COM¹", "COM²", "COM³",
        "LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9", "LPT¹", "LPT²", "LPT³",
    };

    /// <summary>A value inside a name: letters and digits of any script, <c>- _ .</c>, and a dash for everything else.</summary>
    public static string Part(string value, int longest = LongestName)
    {
        var part = new StringBuilder();
        var bytes = 0;
        foreach (var rune in value.Normalize(NormalizationForm.FormC).EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > longest)
            {
                break;
            }

            if (IsAllowed(rune))
            {
                part.Append(rune.ToString());
            }
            else if (part.Length > 0 && part[^1] != '-')
            {
                part.Append('-');
            }
        }

        return part.ToString().Trim('-', '.', ' ');
    }

    /// <summary>A whole name: its parts are safe, and the whole is neither empty, nor a device, nor hidden, nor too long.</summary>
    public static string Whole(string name)
    {
        var whole = Part(name);
        var first = whole.Split('.')[0];
        return first.Length == 0 || Devices.Contains(first) ? $"image-{whole}".TrimEnd('-') : whole;
    }

    private static bool IsAllowed(Rune rune) =>
        rune.Value is '-' or '_' or '.'
        || Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
