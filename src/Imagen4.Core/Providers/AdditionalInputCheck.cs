using System.Text.Json;
using Imagen4.Core.Input;
using Imagen4.Core.Text;

namespace Imagen4.Core.Providers;

/// <summary>
/// Checks inputs that have no parameter against their model's inputs. An input that is not known, and is not a misspelt one, is passed on
/// as it is.
/// </summary>
internal static class AdditionalInputCheck
{
    /// <summary>Whether an input without a parameter is given. An empty list gives nothing.</summary>
    public static bool Has(IReadOnlyDictionary<string, JsonElement> additional, InputDefinition definition) =>
        InputField.ParameterFor(definition.Name) == definition.Name
        && additional.TryGetValue(definition.Name, out var value) && value.ValueKind != JsonValueKind.Null
        && !(value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0);

    /// <summary>The inputs as the model takes them: PowerShell makes one text of a list that has only one.</summary>
    public static IReadOnlyDictionary<string, JsonElement>? AsTaken(
        IReadOnlyDictionary<string, JsonElement>? additional, ModelDefinition model)
    {
        var lone = model.Inputs
            .Where(definition => definition.Kind == InputKind.TextList
                && additional?.GetValueOrDefault(definition.Name).ValueKind == JsonValueKind.String)
            .Select(definition => definition.Name)
            .ToList();
        return lone.Count == 0 ? additional : additional!.ToDictionary(
            member => member.Key,
            member => lone.Contains(member.Key) ? JsonElement.Parse($"[{member.Value.GetRawText()}]") : member.Value,
            StringComparer.Ordinal);
    }

    /// <summary>What is wrong with the inputs, each on its own.</summary>
    public static IEnumerable<string> Offences(IReadOnlyDictionary<string, JsonElement> additional, ModelDefinition model) =>
        additional.Select(member => Offence(model, member.Key, member.Value)).OfType<string>();

    private static string? Offence(ModelDefinition model, string name, JsonElement value)
    {
        // Names are compared without case, and with the parameters' too: another spelling would be sent, paid for and ignored.
        if (model.Inputs.FirstOrDefault(known => Names(known).Contains(name, StringComparer.OrdinalIgnoreCase)) is not { } definition)
        {
            // What only looks like an input is most likely that: it would be paid for without it.
            return CloseMatch.Find(name, model.Inputs.Select(known => known.Name)) is { } meant
                ? Messages.InputMisspelt.With(PlainText.Brief(name), meant)
                : null;
        }

        return InputField.ParameterFor(definition.Name) is var parameter && parameter != definition.Name
            ? Messages.InputHasParameter.With(PlainText.Brief(name), parameter)
            : definition.Name != name ? Messages.InputMisspelt.With(PlainText.Brief(name), definition.Name)
            : ValueOffence(definition, value);
    }

    private static string[] Names(InputDefinition definition) => [definition.Name, InputField.ParameterFor(definition.Name)];

    private static string? ValueOffence(InputDefinition definition, JsonElement value)
    {
        var text = JsonText.Text(value);
        return definition switch
        {
            { Kind: InputKind.TrueFalse } when value.ValueKind is not (JsonValueKind.True or JsonValueKind.False) =>
                Messages.InputNotTrueOrFalse.With(definition.Name, PlainText.Brief(value.GetRawText())),
            _ when value.ValueKind == JsonValueKind.Null => null,
            { Kind: InputKind.WholeNumber } when value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out _) =>
                Messages.InputNotWholeNumber.With(definition.Name, PlainText.Brief(value.GetRawText())),
            { Kind: InputKind.Number } when value.ValueKind != JsonValueKind.Number =>
                Messages.InputNotNumber.With(definition.Name, PlainText.Brief(value.GetRawText())),
            { Kind: InputKind.Text } when value.ValueKind != JsonValueKind.String =>
                Messages.InputNotText.With(definition.Name, PlainText.Brief(value.GetRawText())),
            { Kind: InputKind.TextList } when !IsTexts(value) =>
                Messages.InputNotTexts.With(definition.Name, PlainText.Brief(value.GetRawText())),
            { Kind: InputKind.TextList, MaximumItems: { } most } when value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > most =>
                Messages.InputTooMany.With(definition.Name, value.GetArrayLength(), most),
            { Kind: InputKind.TextList } => null,
            { Choices.Count: > 0 } when !definition.Choices.Contains(text) =>
                InputCheck.NotAChoice(definition.Name, text, definition),
            { MaximumLength: { } longest } when text.Length > longest => Messages.InputTooLong.With(definition.Name, text.Length, longest),
            _ when IsOutside(definition, value) =>
                Messages.InputOutOfRange.With(definition.Name, PlainText.Brief(text), InputCheck.Range(definition)),
            _ => null,
        };
    }

    private static bool IsTexts(JsonElement value) => value.ValueKind == JsonValueKind.String
        || (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String));

    private static bool IsOutside(InputDefinition definition, JsonElement value) =>
        (definition.Minimum is not null || definition.Maximum is not null)
        && !(value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number)
            && number >= (definition.Minimum ?? decimal.MinValue)
            && number <= (definition.Maximum ?? decimal.MaxValue));
}
