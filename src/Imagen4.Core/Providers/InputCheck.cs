using System.Globalization;
using System.Text.Json;
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
    /// <returns>The input with every choice in the host's own spelling, and a lone text as a list where a list is taken.</returns>
    /// <exception cref="InvalidInputException">The model does not take the input; the message names every offence.</exception>
    public static ImageInput Check(ImageRow row, string id, ModelDefinition model)
    {
        var input = row.Input;
        var additional = input.AdditionalInput ?? new Dictionary<string, JsonElement>();
        var offences = model.Inputs
            .Where(definition => definition.Required && !IsGiven(input, definition) && !AdditionalInputCheck.Has(additional, definition))
            .Select(definition => (definition == model.ImageInput ? Messages.InputMissingImages : Messages.InputMissing).With(
                InputField.ParameterFor(definition.Name)))
            .ToList();
        foreach (var field in InputField.All)
        {
            if (row.Input[field] is not { } value)
            {
                continue;
            }

            if (model.Inputs.FirstOrDefault(definition => definition.Name == field.Name) is not { } definition)
            {
                offences.Add(Messages.InputNotTaken.With(field.Parameter, Taken(model)));
            }
            else if (definition.Choices.Count == 0)
            {
                offences.AddRange(Offence(definition, field, Shown(value)));
            }
            else if (definition.Choices.FirstOrDefault(choice =>
                choice.Equals(Shown(value), StringComparison.OrdinalIgnoreCase)) is not { } spelling)
            {
                offences.Add(NotAChoice(field.Parameter, Shown(value), definition));
            }
            else if (value is string)
            {
                input = input.With(field, spelling);
            }
        }

        offences.AddRange(AdditionalInputCheck.Offences(additional, model));
        return offences.Count == 0
            ? input with { AdditionalInput = AdditionalInputCheck.AsTaken(input.AdditionalInput, model) }
            : throw new InvalidInputException(Refusal(string.Join("; ", offences), model)) { Row = row.Index, Model = id };
    }

    /// <summary>The inputs of a row that the newest published schema of its model no longer lists.</summary>
    public static IEnumerable<string> Superseded(ImageInput input, ModelDefinition model) => model.Inputs
        .Where(definition => definition.Superseded && IsGiven(input, definition))
        .Select(definition => InputField.ParameterFor(definition.Name));

    private static string Refusal(string offences, ModelDefinition model) => model.FetchedAt is { } fetched
        ? Messages.InputRefusedByHost.With(offences, fetched.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))
        : Messages.InputRefused.With(offences);

    // By a parameter: what is passed on unchanged is the user's own affair.
    private static bool IsGiven(ImageInput input, InputDefinition definition) =>
        InputField.All.FirstOrDefault(field => field.Name == definition.Name) is { } field && input[field] is not null;

    private static IEnumerable<string> Offence(InputDefinition definition, InputField field, string value)
    {
        if (definition.MaximumLength is { } longest && value.Length > longest)
        {
            yield return Messages.InputTooLong.With(field.Parameter, value.Length, longest);
        }
        else if (IsOutside(definition, value))
        {
            yield return Messages.InputOutOfRange.With(field.Parameter, PlainText.Brief(value), Range(definition));
        }
    }

    private static string Shown(object value) =>
        value is bool truth ? (truth ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    // A text may be a number to the host; one that is not a number is outside every range.
    private static bool IsOutside(InputDefinition definition, string value) =>
        (definition.Minimum is not null || definition.Maximum is not null)
        && !(long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= (definition.Minimum ?? decimal.MinValue)
            && number <= (definition.Maximum ?? decimal.MaxValue));

    /// <summary>The range a number has to be in, for messages.</summary>
    public static string Range(InputDefinition definition) => definition switch
    {
        { Minimum: { } minimum, Maximum: { } maximum } => string.Create(CultureInfo.InvariantCulture, $"{minimum} to {maximum}"),
        { Minimum: { } minimum } => string.Create(CultureInfo.InvariantCulture, $"{minimum} and more"),
        _ => string.Create(CultureInfo.InvariantCulture, $"what is at most {definition.Maximum}"),
    };

    /// <summary>Says that a value is none of those that an input takes, and which of them may be meant.</summary>
    internal static string NotAChoice(string name, string value, InputDefinition definition)
    {
        var said = Messages.InputNotAChoice.With(name, PlainText.Brief(value), string.Join(", ", definition.Choices));
        return CloseMatch.Find(value, definition.Choices) is { } meant ? Messages.InputMeant.With(said, meant) : said;
    }

    private static string Taken(ModelDefinition model) =>
        string.Join(", ", model.Inputs.Select(definition => InputField.ParameterFor(definition.Name)));
}
