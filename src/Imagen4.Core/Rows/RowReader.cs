using System.Text.Json;
using System.Text.Json.Nodes;

namespace Imagen4.Core.Rows;

/// <summary>Turns the cells of a record into a row: names and types, nothing about hosts yet.</summary>
public static class RowReader
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads one record.</summary>
    /// <param name="index">The number of the row within its pipeline, from 1.</param>
    /// <param name="cells">The cells by parameter name; names nobody knows are left alone.</param>
    /// <exception cref="InvalidInputException">A cell does not hold what its input takes, or there is no prompt.</exception>
    public static ImageRow Read(int index, IReadOnlyDictionary<string, object?> cells)
    {
        Cell At(string name) => new(index, name, cells.GetValueOrDefault(name));

        return new ImageRow
        {
            Index = index,
            Key = At("Key").Text(),
            Provider = At("Provider").Text()?.Trim(),
            Model = At("Model").Text()?.Trim(),
            Input = new ImageInput
            {
                Prompt = Prompt(At("Prompt")),
                NegativePrompt = At("NegativePrompt").Text(),
                AspectRatio = At("AspectRatio").Text()?.Trim(),
                NumImages = At("NumImages").WholeNumber(),
                Seed = At("Seed").WholeNumber(),
                Resolution = At("Resolution").Text()?.Trim(),
                OutputFormat = At("OutputFormat").Text()?.Trim(),
                SyncMode = At("SyncMode").TrueFalse(),
                SafetyTolerance = At("SafetyTolerance").Text()?.Trim(),
                AdditionalInput = Additional(At("AdditionalInput")),
            },
        };
    }

    private static string Prompt(Cell cell) => cell.Text() ?? throw cell.Refuse(Messages.PromptIsEmpty);

    private static Dictionary<string, JsonElement>? Additional(Cell cell)
    {
        if (cell.IsEmpty)
        {
            return null;
        }

        var additional = Members(cell) ?? throw cell.Refuse(Messages.CellIsNotJsonObject);
        return InputField.All.FirstOrDefault(field => additional.ContainsKey(field.Name)) is { } known
            ? throw new InvalidInputException(Messages.AdditionalInputHasParameter.With(cell.Row, known.Name, known.Parameter))
            : additional;
    }

    private static Dictionary<string, JsonElement>? Members(Cell cell)
    {
        try
        {
            var given = cell.Value as JsonObject
                ?? (cell.Value is string text ? JsonNode.Parse(text, documentOptions: Strict) as JsonObject : null);
            return given is not null && IsWhole(given)
                ? JsonElement.Parse(given.ToJsonString()).EnumerateObject().ToDictionary(member => member.Name, member => member.Value)
                : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The second is what an escape for half a character is read as.
            return null;
        }
    }

    private static bool IsWhole(JsonNode? node) => node switch
    {
        JsonObject members => members.All(member => PlainText.IsWhole(member.Key) && IsWhole(member.Value)),
        JsonArray items => items.All(IsWhole),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => PlainText.IsWhole(value.ToString()),
        _ => true,
    };
}
