using System.Collections;
using System.Text.Json.Nodes;

namespace Imagen4.Core.Text;

/// <summary>Says what kind of thing a value is, with its article: for messages, which users read who know no type names.</summary>
public static class ValueName
{
    /// <summary>The kind of a value, such as <c>an integer</c> or <c>an array</c>; its type's name where there is no better word.</summary>
    public static string Of(object? value) => value switch
    {
        null or DBNull => "nothing",
        string or char => "text",
        bool => "true or false",
        sbyte or byte or short or ushort or int or uint or long or ulong or System.Numerics.BigInteger => "an integer",
        float.NaN or double.NaN => "NaN (no number)",
        float.PositiveInfinity or float.NegativeInfinity or double.PositiveInfinity or double.NegativeInfinity => "an infinite number",
        float or double or decimal => "a number",
        DateTime or DateTimeOffset or DateOnly => "a date",
        TimeSpan or TimeOnly => "a time",
        FileInfo => "a file",
        DirectoryInfo => "a folder",
        IDictionary or JsonObject => "a table of names and values",
        Array or IList or JsonArray => "an array",
        Delegate => "a function",
        _ => Named(value.GetType().Name.Split('`')[0]),
    };

    private static string Named(string type) =>
        $"{("AEIOU".Contains(char.ToUpperInvariant(type[0]), StringComparison.Ordinal) ? "an" : "a")} {type}";
}
