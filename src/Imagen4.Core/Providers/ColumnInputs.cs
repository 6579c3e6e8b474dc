using System.Text.Json;
using System.Text.Json.Nodes;
using Imagen4.Core.Input;
using Imagen4.Core.Text;

namespace Imagen4.Core.Providers;

/// <summary>
/// Columns that have no parameter and are inputs of the row's model: they are sent as additional inputs. A column is one only where the
/// model's definition has its name, so that nothing is sent that was not meant.
/// </summary>
public static class ColumnInputs
{
    /// <summary>The input of a model that a column stands for; null for none. Case does not matter.</summary>
    public static InputDefinition? Find(ModelDefinition? model, string column) => model?.Inputs.FirstOrDefault(definition =>
        definition.Name.Equals(column, StringComparison.OrdinalIgnoreCase)
        && InputField.ParameterFor(definition.Name) == definition.Name);

    /// <summary>Adds columns to what a row sends.</summary>
    /// <param name="row">The row.</param>
    /// <param name="columns">The inputs that columns stand for, each with its cell.</param>
    /// <exception cref="InvalidInputException">
    /// A cell does not hold what its input takes, or the row says something else of it already.
    /// </exception>
    public static ImageRow Add(ImageRow row, IEnumerable<(InputDefinition Input, object? Value)> columns)
    {
        Dictionary<string, JsonElement>? additional = null;
        foreach (var (input, value) in columns)
        {
            var cell = new Cell(row.Index, input.Name, value);
            if (cell.IsEmpty)
            {
                continue;
            }

            var given = Read(cell, input);
            additional ??= new(row.Input.AdditionalInput ?? new Dictionary<string, JsonElement>(), StringComparer.Ordinal);
            if (!additional.TryAdd(input.Name, given) && !JsonText.AreEqual(additional[input.Name], given))
            {
                throw cell.Refuse(Messages.ColumnAndInput);
            }
        }

        return additional is null ? row : row with { Input = row.Input with { AdditionalInput = additional } };
    }

    private static JsonElement Read(Cell cell, InputDefinition input) => input.Kind switch
    {
        InputKind.TrueFalse => Json(JsonValue.Create(cell.TrueFalse()!.Value)),
        InputKind.WholeNumber => Json(JsonValue.Create(cell.WholeNumber()!.Value)),
        InputKind.Number => Json(JsonValue.Create(cell.Number())),
        InputKind.TextList => Json(TextList.Read(cell)),
        null when cell.Value is JsonNode json => Json(json),
        null when input.Minimum is not null || input.Maximum is not null => Json(JsonValue.Create(cell.Number())),
        _ => Json(JsonValue.Create(Spelled(cell.Text()!.Trim(), input.Choices))),
    };

    private static string Spelled(string text, IReadOnlyList<string> choices) =>
        choices.FirstOrDefault(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase)) ?? text;

    // As additional inputs are written, so that the same row is the same either way.
    private static JsonElement Json(JsonNode value) => JsonElement.Parse(value.ToJsonString());
}
