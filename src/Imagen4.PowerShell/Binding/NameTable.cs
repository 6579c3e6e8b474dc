using System.Text.Json;
using System.Text.Json.Nodes;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>Reads names that are given for names: a hashtable, an object, or the JSON text that a profile shows them as.</summary>
internal static class NameTable
{
    /// <summary>The pairs of a table; none where it is empty.</summary>
    /// <param name="parameter">The parameter's name.</param>
    /// <param name="given">What was given.</param>
    /// <exception cref="InvalidInputException">It is not a table of names.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(string parameter, object? given)
    {
        var table = BoundValue.Cell(0, parameter, given) switch
        {
            null => new JsonObject(),
            string text when string.IsNullOrWhiteSpace(text) => new JsonObject(),
            string text => Parse(text),
            JsonObject written => written,
            _ => null,
        };
        return table is not null && table.All(pair => pair.Value is JsonValue value && value.GetValueKind() == JsonValueKind.String)
            ? [.. table.Select(pair => KeyValuePair.Create(pair.Key, pair.Value!.GetValue<string>()))]
            : throw new InvalidInputException(CommandMessages.NameTableMalformed.With(parameter));
    }

    /// <summary>A table as JSON text, in the order of its names; null where it is empty.</summary>
    public static string? Write(IReadOnlyDictionary<string, string> names) => names.Count == 0 ? null : new JsonObject(
        names.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value)))).ToJsonString();

    private static JsonObject? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            // The second is what half a character is.
            return null;
        }
    }
}
