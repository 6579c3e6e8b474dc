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
                EnhancePrompt = At("EnhancePrompt").TrueFalse(),
                PersonGeneration = At("PersonGeneration").Text()?.Trim(),
                SafetySetting = At("SafetySetting").Text()?.Trim(),
                AddWatermark = At("AddWatermark").TrueFalse(),
                AdditionalInput = Additional(At("AdditionalInput"), At),
            },
        };
    }

    private static string Prompt(Cell cell) => cell.Text() ?? throw cell.Refuse(Messages.PromptIsEmpty);

    private static Dictionary<string, JsonElement>? Additional(Cell cell, Func<string, Cell> at)
    {
        if (cell.IsEmpty)
        {
            return null;
        }

        var additional = Members(cell) ?? throw cell.Refuse(Messages.CellIsNotJsonObject);
        return InputField.All.FirstOrDefault(field => additional.ContainsKey(field.Name) && !at(field.Parameter).IsEmpty) is { } twice
            ? throw new InvalidInputException(Messages.InputTwice.With(cell.Row, twice.Name, twice.Parameter))
            : additional;
    }

    private static Dictionary<string, JsonElement>? Members(Cell cell)
    {
        try
        {
            var text = (cell.Value as JsonObject)?.ToJsonString() ?? cell.Value as string ?? "";
            var root = JsonElement.Parse(text, Strict);
            return root.ValueKind == JsonValueKind.Object
                ? root.EnumerateObject().ToDictionary(member => member.Name, member => member.Value)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
