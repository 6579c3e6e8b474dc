using System.Globalization;

namespace Imagen4.Core.Http;

/// <summary>What may be a request id. An id becomes part of an address and of file names, so it is checked before either.</summary>
public static class RequestIds
{
    private const int LongestId = 128;

    /// <summary>Appends a number to an id; the result is a valid id too.</summary>
    public static string Numbered(string id, int number)
    {
        var end = string.Create(CultureInfo.InvariantCulture, $".{number}");
        return $"{id[..Math.Min(id.Length, LongestId - end.Length)]}{end}";
    }

    /// <summary>Whether the text can be a request id: ASCII letters and digits, and <c>- _ . :</c> between them.</summary>
    public static bool IsOne(string? text) =>
        text is { Length: > 0 and <= LongestId }
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or ':')
        && char.IsAsciiLetterOrDigit(text[0]);
}
