using System.Text.Json;
using System.Text.Json.Nodes;
using Imagen4.Core.Rows;

namespace Imagen4.Core.Hosts;

/// <summary>Holds a row against what its model takes, before anything is paid for.</summary>
public static class InputCheck
{
    /// <summary>Checks every input of a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="model">The definition of its model.</param>
    /// <returns>The input with every choice in the host's own spelling.</returns>
    /// <exception cref="InvalidInputException">The model does not take the input; the message names every offence.</exception>
    public static ImageInput Check(ImageRow row, ModelDefinition model)
    {
        var input = JsonSerializer.SerializeToNode(row.Input, ImageInputJson.Default.ImageInput)!.AsObject();
        var offences = Missing(input, model).ToList();
        foreach (var (name, value) in input.ToList())
        {
            if (model.Inputs.FirstOrDefault(definition => definition.Name == name) is { } definition)
            {
                offences.AddRange(Offence(definition, value!, input));
            }
            else if (InputField.All.Any(field => field.Name == name))
            {
                offences.Add(Messages.InputNotTaken.With(InputField.ParameterFor(name), Taken(model)));
            }
        }

        return offences.Count == 0
            ? input.Deserialize(ImageInputJson.Default.ImageInput)!
            : throw new InvalidInputException(Messages.InputRefused.With(row.Index, model.Id, string.Join("; ", offences)));
    }

    /// <summary>The inputs of a row that the newest published schema of its model no longer lists.</summary>
    public static IEnumerable<string> Superseded(ImageInput input, ModelDefinition model)
    {
        var given = JsonSerializer.SerializeToNode(input, ImageInputJson.Default.ImageInput)!.AsObject();
        return model.Inputs
            .Where(definition => definition.Superseded && given.ContainsKey(definition.Name))
            .Select(definition => InputField.ParameterFor(definition.Name));
    }

    private static IEnumerable<string> Missing(JsonObject input, ModelDefinition model) => model.Inputs
        .Where(definition => definition.Required && !input.ContainsKey(definition.Name))
        .Select(definition => Messages.InputMissing.With(InputField.ParameterFor(definition.Name)));

    private static IEnumerable<string> Offence(InputDefinition definition, JsonNode value, JsonObject input)
    {
        var parameter = InputField.ParameterFor(definition.Name);
        if (definition.Choices.Count > 0)
        {
            var text = value.ToString();
            if (definition.Choices.FirstOrDefault(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } spelling)
            {
                input[definition.Name] = spelling;
            }
            else
            {
                yield return Messages.InputNotAChoice.With(parameter, PlainText.Brief(text), string.Join(", ", definition.Choices));
            }
        }
        else if (definition.Minimum is { } minimum && value.GetValue<long>() < minimum
            || definition.Maximum is { } maximum && value.GetValue<long>() > maximum)
        {
            yield return Messages.InputOutOfRange.With(parameter, value.ToString(), definition.Minimum, definition.Maximum);
        }
    }

    private static string Taken(ModelDefinition model) =>
        string.Join(", ", model.Inputs.Select(definition => InputField.ParameterFor(definition.Name)));
}
