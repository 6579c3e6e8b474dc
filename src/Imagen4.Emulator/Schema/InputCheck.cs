using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Imagen4.Emulator.Generation;

namespace Imagen4.Emulator.Schema;

/// <summary>
/// Checks an input as the host's models do: every field, in order, with the lenient conversions of pydantic
/// (<c>"3"</c> and <c>3.0</c> are whole numbers, <c>"yes"</c> is true). Unknown fields are ignored.
/// </summary>
internal static class InputCheck
{
    private static readonly string[] TrueWords = ["true", "t", "yes", "y", "on", "1"];
    private static readonly string[] FalseWords = ["false", "f", "no", "n", "off", "0"];

    public static CheckedInput Run(IReadOnlyList<Field> fields, JsonElement body)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        var problems = new List<Problem>();
        foreach (var field in fields)
        {
            if (!body.TryGetProperty(field.Name, out var given))
            {
                if (field.Rule.Required)
                {
                    problems.Add(new Problem(Location(field), "missing", "Field required") { Input = body });
                }

                given = field.Rule.Default ?? default;
            }

            if (given.ValueKind == JsonValueKind.Undefined || (given.ValueKind == JsonValueKind.Null && field.Rule.Nullable))
            {
                continue;
            }

            var (value, problem) = Check(field.Rule, given);
            values[field.Name] = value;
            if (problem is not null)
            {
                problems.Add(problem with { Location = Location(field), Input = given });
            }
        }

        return new CheckedInput(values, problems);
    }

    /// <summary>The text of a JSON string; false for one whose escapes are no text (a lone surrogate).</summary>
    public static bool TryText(JsonElement element, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = element.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            text = null;
            return false;
        }
    }

    private static (object? Value, Problem? Problem) Check(FieldRule rule, JsonElement given) => rule.Type switch
    {
        FieldType.String => CheckString(given),
        FieldType.Choice => CheckChoice(rule, given),
        FieldType.Boolean => CheckBoolean(given),
        _ => CheckInteger(rule, given),
    };

    private static (object?, Problem?) CheckString(JsonElement given) =>
        given.ValueKind != JsonValueKind.String ? Wrong("string_type", "Input should be a valid string")
        : TryText(given, out var text) ? (text, null)
        : Wrong("string_unicode", "Input should be a valid string, unable to parse raw data as a unicode string");

    private static (object?, Problem?) CheckChoice(FieldRule rule, JsonElement given)
    {
        var choices = rule.Choices ?? [];
        if (given.ValueKind == JsonValueKind.String && TryText(given, out var text) && choices.Contains(text))
        {
            return (text, null);
        }

        var quoted = choices.Select(choice => $"'{choice}'").ToArray();
        var expected = $"{string.Join(", ", quoted[..^1])} or {quoted[^1]}";
        return Wrong("one_of", $"Input should be {expected}", $$"""{"expected":[{{string.Join(',', choices.Select(choice => $"\"{choice}\""))}}]}""");
    }

    private static (object?, Problem?) CheckBoolean(JsonElement given)
    {
        var word = given.ValueKind switch
        {
            JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number => given.GetRawText(),
            JsonValueKind.String => TryText(given, out var text) ? text : "",
            _ => null,
        };
        return word is null ? Wrong("bool_type", "Input should be a valid boolean")
            : TrueWords.Contains(word, StringComparer.OrdinalIgnoreCase) ? (true, null)
            : FalseWords.Contains(word, StringComparer.OrdinalIgnoreCase) ? (false, null)
            : Wrong("bool_parsing", "Input should be a valid boolean, unable to interpret input");
    }

    private static (object?, Problem?) CheckInteger(FieldRule rule, JsonElement given)
    {
        var (value, problem) = ReadInteger(given);
        return value is not long number ? (null, problem)
            : number < rule.Minimum ? Wrong("greater_than_equal", $"Input should be greater than or equal to {rule.Minimum}", $$"""{"ge":{{rule.Minimum}}}""")
            : number > rule.Maximum ? Wrong("less_than_equal", $"Input should be less than or equal to {rule.Maximum}", $$"""{"le":{{rule.Maximum}}}""")
            : (number, null);
    }

    private static (object?, Problem?) ReadInteger(JsonElement given)
    {
        switch (given.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                return (given.GetBoolean() ? 1L : 0L, null);
            case JsonValueKind.Number when given.TryGetInt64(out var whole):
                return (whole, null);
            case JsonValueKind.Number when given.TryGetDecimal(out var number) && number == decimal.Truncate(number) && Math.Abs(number) < long.MaxValue:
                return ((long)number, null);
            case JsonValueKind.Number when given.GetDouble() is var number && number != Math.Truncate(number):
                return Wrong("int_from_float", "Input should be a valid integer, got a number with a fractional part");
            case JsonValueKind.Number:
                return Wrong("int_parsing_size", "Unable to parse input string as an integer, exceeded maximum size");
            case JsonValueKind.String when TryText(given, out var text) &&
                long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var parsed):
                return (parsed, null);
            case JsonValueKind.String:
                return Wrong("int_parsing", "Input should be a valid integer, unable to parse string as an integer");
            default:
                return Wrong("int_type", "Input should be a valid integer");
        }
    }

    private static (object?, Problem?) Wrong(string type, string message, string? context = null) =>
        (null, new Problem([], type, message) { Context = context is null ? null : JsonElement.Parse(context) });

    private static string[] Location(Field field) => ["body", field.Name];
}
