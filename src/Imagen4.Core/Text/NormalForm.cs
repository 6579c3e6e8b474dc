using System.Globalization;
using System.Numerics;
using System.Text;

namespace Imagen4.Core.Text;

/// <summary>
/// One way to write what can be written in several: only for telling rows apart. What is sent stays as the user wrote it.
/// </summary>
internal static class NormalForm
{
    // What some editors write before a text, and is none of it.
    private const char ByteOrderMark = '\uFEFF';

    // Texts may have it, and the runtime refuses to normalise it.
    private const char NoCharacter = '\uFFFE';

    /// <summary>Text without blanks or a byte order mark around it, its characters composed (NFC), its line breaks as line feeds.</summary>
    public static string Text(string text)
    {
        var trimmed = text.ReplaceLineEndings("\n").Trim().Trim(ByteOrderMark).Trim();

        return Of(trimmed, NormalizationForm.FormC);
    }

    /// <summary>
    /// Text in a normal form of Unicode, as far as there is one: half a character has none, and what is around U+FFFE has its own.
    /// </summary>
    public static string Of(string text, NormalizationForm form) =>
        !PlainText.IsWhole(text) ? text
        : text.Contains(NoCharacter, StringComparison.Ordinal) ? string.Join(NoCharacter, text.Split(NoCharacter).Select(part => part.Normalize(form)))
        : text.Normalize(form);

    /// <summary>
    /// A number of JSON by its value, exactly: 3.5, 3.50 and 35e-1 are one, and two that only a double takes for the same are two.
    /// </summary>
    public static string Number(string json)
    {
        var isNegative = json.StartsWith('-');
        var mantissaEnd = json.AsSpan().IndexOfAny('e', 'E');
        var mantissa = json[(isNegative ? 1 : 0)..(mantissaEnd < 0 ? json.Length : mantissaEnd)];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal).TrimStart('0');
        if (digits.Length == 0)
        {
            return "0";
        }

        // Not as a machine number: nothing keeps an exponent from being larger than those.
        var exponent = mantissaEnd < 0
            ? BigInteger.Zero
            : BigInteger.Parse(json.AsSpan(mantissaEnd + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        exponent -= point < 0 ? 0 : mantissa.Length - point - 1;
        var significant = digits.TrimEnd('0');
        exponent += digits.Length - significant.Length;
        return string.Create(CultureInfo.InvariantCulture,
            $"{(isNegative ? "-" : "")}{significant}{(exponent.IsZero ? "" : $"e{exponent}")}");
    }
}
