using System.Text.Json;
using System.Text.Json.Nodes;

namespace Imagen4.Core.Input;

/// <summary>A list of texts in one cell: a JSON list, or texts with semicolons between them.</summary>
public static class TextList
{
    /// <summary>Reads a list.</summary>
    /// <exception cref="InvalidInputException">The cell begins as a JSON list and is none.</exception>
    public static JsonNode Read(Cell cell)
    {
        if (cell.Value is JsonNode json)
        {
            return json;
        }

        var text = cell.Text()!.Trim();
        return text.StartsWith('[') ? List(text) ?? throw cell.Refuse(Messages.CellIsNotTexts) : new JsonArray([.. Parts(text)]);
    }

    /// <summary>Reads a list of which every item is a text.</summary>
    /// <exception cref="InvalidInputException">An item is no text, or the cell begins as a JSON list and is none.</exception>
    public static IReadOnlyList<string> ReadTexts(Cell cell)
    {
        if (cell.IsEmpty)
        {
            return [];
        }

        JsonNode?[] items = Read(cell) is JsonArray list ? [.. list] : [(JsonNode)cell.Value!];
        return
        [
            .. items.Select(item => item is JsonValue value && value.TryGetValue<string>(out var text)
                    ? text.Trim()
                    : throw cell.Refuse(Messages.CellIsNotTexts))
                .Where(text => text.Length > 0),
        ];
    }

    /// <summary>Writes texts as one cell, so that it is read as the same texts; null for none.</summary>
    public static string? Write(IReadOnlyCollection<string> texts) => texts.Count == 0 ? null
        : texts.Any(text => text.Contains(';', StringComparison.Ordinal) || text.StartsWith('['))
            ? JsonSerializer.Serialize(texts, ImageInputJson.Plain.IReadOnlyCollectionString)
            : string.Join("; ", texts);

    // A data URI has semicolons of its own.
    private static IEnumerable<JsonNode> Parts(string text) => text.StartsWith("data:", StringComparison.OrdinalIgnoreCase)
        ? [JsonValue.Create(text)]
        : text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(part => JsonValue.Create(part));

    private static JsonNode? List(string text)
    {
        try
        {
            return JsonNode.Parse(JsonNode.Parse(text)!.ToJsonString())!;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The second is what an escape for half a character is read as.
            return null;
        }
    }
}
