using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Imagen4.Core.Text;

namespace Imagen4.Core.Input;

/// <summary>
/// One cell of a row: what a CSV, a JSON document or a caller has put under a name. An empty cell is an input
/// that was not given. Anything that is not exactly what the input takes is an error: nothing is dropped or rounded.
/// </summary>
/// <param name="Row">The number of the row, from 1.</param>
/// <param name="Name">The parameter's name.</param>
/// <param name="Value">The value: null, text, a number, a truth value, or something that cannot be one.</param>
public readonly record struct Cell(int Row, string Name, object? Value)
{
    private const NumberStyles DecimalText = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
    private const double LargestFraction = 1e15;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Whether the cell is empty: nothing, or only blanks.</summary>
    public bool IsEmpty => Value is null or DBNull || (Value is string text && string.IsNullOrWhiteSpace(text));

    /// <summary>The cell as text; numbers and truth values as JSON writes them.</summary>
    /// <exception cref="InvalidInputException">The cell holds an object or a list, or text that no encoding can carry.</exception>
    public string? Text() => IsEmpty ? null : Value switch
    {
        string text => Whole(text),
        char letter => Whole(letter.ToString()),
        bool truth => truth ? "true" : "false",
        Uri address => Whole(address.OriginalString),
        Enum or Guid => Value.ToString(),
        _ when IsNumber => ((IFormattable)Value!).ToString(null, CultureInfo.InvariantCulture),
        _ => throw new InvalidInputException(Messages.CellIsNotText.With(Name, ValueName.Of(Value)))
        {
            Row = Row, Parameter = Name,
        },
    };

    /// <summary>The cell as a whole number.</summary>
    /// <exception cref="InvalidInputException">The cell is not exactly a whole number, or too large for one.</exception>
    public long? WholeNumber() => IsEmpty ? null : TryWholeNumber() ?? throw Refuse(Messages.CellIsNotWholeNumber);

    /// <summary>The cell as a whole number, or null where it is not exactly one.</summary>
    public long? TryWholeNumber() => Value switch
    {
        string text => long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed)
            ? parsed
            : null,
        decimal exact => decimal.Floor(exact) == exact && exact >= long.MinValue && exact <= long.MaxValue ? (long)exact : null,
        double or float => FromFraction(Convert.ToDouble(Value, CultureInfo.InvariantCulture)),
        BigInteger big => big >= long.MinValue && big <= long.MaxValue ? (long)big : null,
        ulong unsigned => unsigned <= long.MaxValue ? (long)unsigned : null,
        _ when IsNumber => Convert.ToInt64(Value, CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>The cell as a number.</summary>
    /// <exception cref="InvalidInputException">The cell is not exactly a number, or too large for one.</exception>
    public decimal Number() => Value switch
    {
        string text when decimal.TryParse(text.Trim(), DecimalText, CultureInfo.InvariantCulture, out var parsed) => parsed,
        decimal exact => exact,
        double or float when Convert.ToDouble(Value, CultureInfo.InvariantCulture) is >= -LargestFraction and <= LargestFraction =>
            Convert.ToDecimal(Value, CultureInfo.InvariantCulture),
        _ => TryWholeNumber() ?? throw Refuse(Messages.CellIsNotNumber),
    };

    /// <summary>The cell as true or false.</summary>
    /// <exception cref="InvalidInputException">The cell says neither.</exception>
    public bool? TrueFalse() => IsEmpty ? null : TryTrueFalse() ?? throw Refuse(Messages.CellIsNotTrueOrFalse);

    /// <summary>Whether another cell of the same input says the same: 4 and '4', true and 'True'.</summary>
    /// <exception cref="InvalidInputException">One of them holds an object or a list.</exception>
    public bool Says(Cell other) =>
        (TryWholeNumber(), other.TryWholeNumber()) is ({ } number, { } otherNumber) ? number == otherNumber
        : (TryTrueFalse(), other.TryTrueFalse()) is ({ } truth, { } otherTruth) ? truth == otherTruth
        : (Value, other.Value) is (JsonNode json, JsonNode otherJson) ? JsonNode.DeepEquals(json, otherJson)
        : string.Equals(Text()?.Trim(), other.Text()?.Trim(), StringComparison.Ordinal);

    /// <summary>The value as messages show it.</summary>
    public string Shown() => Shown(Value);

    /// <summary>The error for this cell.</summary>
    /// <param name="template">A message with places for the row, the name and the value.</param>
    /// <param name="allowed">What is allowed, where the message has a place for it.</param>
    internal InvalidInputException Refuse(string template, object? allowed = null) =>
        new(template.With(Name, Shown(Value), allowed)) { Row = Row, Parameter = Name };

    /// <summary>The members of the JSON object the cell holds, or null where it holds none.</summary>
    internal Dictionary<string, JsonElement>? JsonMembers()
    {
        try
        {
            var given = Value as JsonObject ?? (Value is string text ? JsonNode.Parse(text, documentOptions: Strict) as JsonObject : null);
            return given is not null && IsWhole(given)
                ? JsonElement.Parse(given.ToJsonString()).EnumerateObject().ToDictionary(member => member.Name, member => member.Value)
                : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            // The second is what an escape for half a character is read as, the third what half a character is.
            return null;
        }
    }

    private string Whole(string text) => PlainText.IsWhole(text) ? text : throw Refuse(Messages.CellIsBrokenText);

    private bool? TryTrueFalse() => Value switch
    {
        bool truth => truth,
        string text when bool.TryParse(text.Trim(), out var parsed) => parsed,
        _ => null,
    };

    private static bool IsWhole(JsonNode? node) => node switch
    {
        JsonObject members => members.All(member => PlainText.IsWhole(member.Key) && IsWhole(member.Value)),
        JsonArray items => items.All(IsWhole),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => PlainText.IsWhole(value.ToString()),
        _ => true,
    };

    private bool IsNumber => Value is sbyte or byte or short or ushort or int or uint or long or ulong
        or float or double or decimal or BigInteger;

    // JSON has one kind of number: 2.0 is the whole number 2; 2.5 is not a whole number.
    private static long? FromFraction(double value) =>
        Math.Floor(value) == value && Math.Abs(value) <= 1L << 53 ? (long)value : null;

    private static string Shown(object? value) => value switch
    {
        string text => PlainText.Brief(text),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        null => "",
        _ => ValueName.Of(value),
    };
}
