using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Imagen4.Core.Input;
using Imagen4.Core.Text;

namespace Imagen4.Core.Providers;

/// <summary>Checks a row against its model's inputs before anything is paid for.</summary>
public static class InputCheck
{
    /// <summary>Checks every input of a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="id">The endpoint id, for messages.</param>
    /// <param name="model">The definition of its model.</param>
    /// <returns>The input with every choice in the host's own spelling.</returns>
    /// <exception cref="InvalidInputException">The model does not take the input; the message names every offence.</exception>
    public static ImageInput Check(ImageRow row, string id, ModelDefinition model)
    {
        var input = Given(row.Input);
        var additional = row.Input.AdditionalInput ?? new Dictionary<string, JsonElement>();
        var offences = model.Inputs
            .Where(definition => definition.Required && !input.ContainsKey(definition.Name)
                && !AdditionalInputCheck.Has(additional, definition))
            .Select(definition => Messages.InputMissing.With(InputField.ParameterFor(definition.Name)))
            .ToList();
        foreach (var (name, value) in input.ToList())
        {
            offences.AddRange(Find(model, name) is { } definition
                ? Offence(definition, value!, input)
                : [Messages.InputNotTaken.With(InputField.ParameterFor(name), Taken(model))]);
        }

        offences.AddRange(AdditionalInputCheck.Offences(additional, model));
        return offences.Count == 0
            ? input.Deserialize(ImageInputJson.Default.ImageInput)! with { AdditionalInput = row.Input.AdditionalInput }
            : throw new InvalidInputException(Messages.InputRefused.With(string.Join("; ", offences))) { Row = row.Index, Model = id };
    }

    /// <summary>The inputs of a row that the newest published schema of its model no longer lists.</summary>
    public static IEnumerable<string> Superseded(ImageInput input, ModelDefinition model)
    {
        var given = Given(input);
        return model.Inputs
            .Where(definition => definition.Superseded && given.ContainsKey(definition.Name))
            .Select(definition => InputField.ParameterFor(definition.Name));
    }

    // Only the inputs that have a parameter; others are passed on unchanged.
    private static JsonObject Given(ImageInput input) =>
        JsonSerializer.SerializeToNode(input with { AdditionalInput = null }, ImageInputJson.Default.ImageInput)!.AsObject();

    private static InputDefinition? Find(ModelDefinition model, string name) =>
        model.Inputs.FirstOrDefault(definition => definition.Name == name);

    private static IEnumerable<string> Offence(InputDefinition definition, JsonNode value, JsonObject input)
    {
        var parameter = InputField.ParameterFor(definition.Name);
        if (definition.Choices.Count > 0)
        {
            var text = value.ToString();
            if (definition.Choices.FirstOrDefault(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } spelling)
            {
                input[definition.Name] = value.GetValueKind() == JsonValueKind.String ? JsonValue.Create(spelling) : value.DeepClone();
            }
            else
            {
                yield return Messages.InputNotAChoice.With(parameter, PlainText.Brief(text), string.Join(", ", definition.Choices));
            }
        }
        else if (definition.MaximumLength is { } longest && value.ToString().Length is var length && length > longest)
        {
            yield return Messages.InputTooLong.With(parameter, length, longest);
        }
        else if (IsOutside(definition, value))
        {
            yield return Messages.InputOutOfRange.With(parameter, PlainText.Brief(value.ToString()), Range(definition));
        }
    }

    // A text may be a number to the host; one that is not a number is outside every range.
    private static bool IsOutside(InputDefinition definition, JsonNode value) =>
        (definition.Minimum is not null || definition.Maximum is not null)
        && !(long.TryParse(value.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= (definition.Minimum ?? long.MinValue)
            && number <= (definition.Maximum ?? long.MaxValue));

    /// <summary>The range a number has to be in, for messages.</summary>
    internal static string Range(InputDefinition definition) => definition switch
    {
        { Minimum: { } minimum, Maximum: { } maximum } => string.Create(CultureInfo.InvariantCulture, $"{minimum} to {maximum}"),
        { Minimum: { } minimum } => string.Create(CultureInfo.InvariantCulture, $"{minimum} and more"),
        _ => string.Create(CultureInfo.InvariantCulture, $"what is at most {definition.Maximum}"),
    };

    private static string Taken(ModelDefinition model) =>
        string.Join(", ", model.Inputs.Select(definition => InputField.ParameterFor(definition.Name)));
}
