using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Emulator.Generation;

namespace Imagen4.Emulator.Schema;

/// <summary>
/// Reads one value with the lenient conversions of pydantic: <c>"3"</c> and <c>3.0</c> are whole numbers, <c>"yes"</c> is true.
/// Gives a string, a list of strings, a long or a bool, or the problem without its location.
/// </summary>
internal static class FieldCheck
{
    private const NumberStyles Whole = NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite;

    private static readonly string[] TrueWords = ["true", "t", "yes", "y", "on", "1"];
    private static readonly string[] FalseWords = ["false", "f", "no", "n", "off", "0"];

    public static (object? Value, Problem? Problem) Run(FieldRule rule, JsonElement given) => rule.Type switch
    {
        FieldType.String => CheckString(given),
        FieldType.Choice => CheckChoice(rule.Choices ?? [], given),
        FieldType.Boolean => CheckBoolean(given),
        FieldType.List => CheckList(given),
        _ => CheckInteger(rule, given),
    };

    private static (object?, Problem?) CheckString(JsonElement given) =>
        given.ValueKind != JsonValueKind.String ? Wrong("string_type", "Input should be a valid string")
        : JsonText.TryRead(given, out var text) ? (text, null)
        : Wrong("string_unicode", "Input should be a valid string, unable to parse raw data as a unicode string");

    private static (object?, Problem?) CheckList(JsonElement given)
    {
        if (given.ValueKind != JsonValueKind.Array)
        {
            return Wrong("list_type", "Input should be a valid list");
        }

        var texts = new List<string>();
        foreach (var item in given.EnumerateArray())
        {
            if (!JsonText.TryRead(item, out var text))
            {
                return Wrong("string_type", "Input should be a valid string");
            }

            texts.Add(text);
        }

        return (texts, null);
    }

    private static (object?, Problem?) CheckChoice(IReadOnlyList<string> choices, JsonElement given)
    {
        if (JsonText.TryRead(given, out var text) && choices.Contains(text))
        {
            return (text, null);
        }

        var words = choices.Select(choice => $"'{choice}'").ToArray();
        var list = string.Join(',', choices.Select(choice => $"\"{choice}\""));
        return Wrong("one_of", $"Input should be {string.Join(", ", words[..^1])} or {words[^1]}", $$"""{"expected":[{{list}}]}""");
    }

    private static (object?, Problem?) CheckBoolean(JsonElement given)
    {
        var word = given.ValueKind switch
        {
            JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number => given.GetRawText(),
            JsonValueKind.String => JsonText.TryRead(given, out var text) ? text : "",
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
            : number < rule.Minimum ? Limit("greater_than_equal", "greater than or equal to", "ge", rule.Minimum)
            : number > rule.Maximum ? Limit("less_than_equal", "less than or equal to", "le", rule.Maximum)
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
            case JsonValueKind.Number when given.GetDouble() is var number && number != Math.Truncate(number):
                return Wrong("int_from_float", "Input should be a valid integer, got a number with a fractional part");
            case JsonValueKind.Number when given.TryGetDecimal(out var number) && Math.Abs(number) <= long.MaxValue:
                return ((long)number, null);
            case JsonValueKind.Number:
                return Wrong("int_parsing_size", "Unable to parse input string as an integer, exceeded maximum size");
            case JsonValueKind.String when JsonText.TryRead(given, out var text)
                && long.TryParse(text, Whole, CultureInfo.InvariantCulture, out var parsed):
                return (parsed, null);
            case JsonValueKind.String:
                return Wrong("int_parsing", "Input should be a valid integer, unable to parse string as an integer");
            default:
                return Wrong("int_type", "Input should be a valid integer");
        }
    }

    private static (object?, Problem?) Limit(string type, string words, string name, long? limit) =>
        Wrong(type, $"Input should be {words} {limit}", $$"""{"{{name}}":{{limit}}}""");

    private static (object?, Problem?) Wrong(string type, string message, string? context = null) =>
        (null, new Problem([], type, message) { Context = context is null ? null : JsonElement.Parse(context) });
}

/// <summary>An input field of a model.</summary>
internal sealed record Field(string Name, FieldRule Rule);

/// <summary>What a field takes.</summary>
internal sealed record FieldRule(
    FieldType Type,
    bool Required = false,
    bool Nullable = false,
    JsonElement? Default = null,
    IReadOnlyList<string>? Choices = null,
    long? Minimum = null,
    long? Maximum = null);

/// <summary>How a field is read.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FieldType>))]
internal enum FieldType
{
    String,
    Integer,
    Boolean,
    Choice,
    List,
}
