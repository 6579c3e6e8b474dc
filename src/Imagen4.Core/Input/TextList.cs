using System.Text.Json;
using System.Text.Json.Nodes;

namespace Imagen4.Core.Input;

/// <summary>A list of texts in one cell: a JSON list, or texts with semicolons between them.</summary>
public static class TextList
{
    /// <summary>Reads a list.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="mayBeName">Whether what begins as a JSON list, and is none, may be the name of a file: <c>[1].png</c>.</param>
    /// <exception cref="InvalidInputException">The cell begins as a JSON list and is none.</exception>
    public static JsonNode Read(Cell cell, bool mayBeName = false)
    {
        if (cell.Value is JsonNode json)
        {
            return json;
        }

        var text = cell.Text()!.Trim();
        return !text.StartsWith('[') ? new JsonArray([.. Parts(text)])
            : List(text) is { } list ? list
            : mayBeName ? new JsonArray([.. Parts(text)])
            : throw cell.Refuse(Messages.CellIsNotTexts);
    }

    /// <summary>Reads a list of which every item is a text.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="mayBeName">Whether what begins as a JSON list, and is none, may be the name of a file: <c>[1].png</c>.</param>
    /// <exception cref="InvalidInputException">An item is not text, or the cell begins as a JSON list and is none.</exception>
    public static IReadOnlyList<string> ReadTexts(Cell cell, bool mayBeName = false)
    {
        if (cell.IsEmpty)
        {
            return [];
        }

        var read = Read(cell, mayBeName);
        JsonNode?[] items = read is JsonArray list ? [.. list] : [read];
        return
        [
            .. items.Select(item => Text(item) ?? throw cell.Refuse(Messages.CellIsNotTexts))
                .Where(text => !string.IsNullOrWhiteSpace(text)),
        ];
    }

    /// <summary>Writes texts as one cell, so that it is read as the same texts; null for none.</summary>
    public static string? Write(IReadOnlyCollection<string> texts) => texts.Count == 0 ? null
        : texts.Any(text => text.Contains(';', StringComparison.Ordinal) || text.StartsWith('['))
            ? JsonSerializer.Serialize(texts, ImageInputJson.Plain.IReadOnlyCollectionString)
            : string.Join("; ", texts);

    // Null for what is none, or has bytes or escapes that no text can hold.
    private static string? Text(JsonNode? item)
    {
        try
        {
            return item is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

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
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            // The second is what an escape for half a character is read as, the third what half a character is.
            return null;
        }
    }
}
