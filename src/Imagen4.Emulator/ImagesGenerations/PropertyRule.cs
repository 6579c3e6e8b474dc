using System.Text.Json;
using Imagen4.Emulator.Schema;

namespace Imagen4.Emulator.ImagesGenerations;

/// <summary>What a field takes. Strict, unlike fal: <c>"3"</c> is no number here.</summary>
internal sealed record PropertyRule(
    string Type,
    IReadOnlyList<string>? Enum = null,
    int? MaxLength = null,
    long? Minimum = null,
    long? Maximum = null,
    JsonElement? Default = null)
{
    public object? DefaultValue => Default is { } value ? Read(value).Value : null;

    /// <summary>A string, a long or a bool; or what is wrong.</summary>
    public (object? Value, string? Problem) Read(JsonElement given) => Type switch
    {
        "string" => JsonText.TryRead(given, out var text) ? ReadText(text) : Expected("string", given),
        "boolean" => given.ValueKind is JsonValueKind.True or JsonValueKind.False ? (given.GetBoolean(), null) : Expected("boolean", given),
        _ => given.ValueKind != JsonValueKind.Number ? Expected("number", given)
            : given.TryGetInt64(out var number) ? ReadNumber(number)
            : (null, "Expected integer, received float"),
    };

    private (object?, string?) ReadText(string text) =>
        text.Length > MaxLength ? (null, $"String must contain at most {MaxLength} character(s)")
        : Enum?.Contains(text) == false
            ? (null, $"Invalid enum value. Expected {string.Join(" | ", Enum.Select(choice => $"'{choice}'"))}, received '{text}'")
        : (text, null);

    private (object?, string?) ReadNumber(long number) =>
        number < Minimum ? (null, $"Number must be greater than or equal to {Minimum}")
        : number > Maximum ? (null, $"Number must be less than or equal to {Maximum}")
        : (number, null);

    private static (object?, string?) Expected(string type, JsonElement given)
    {
        var received = given.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? "boolean"
            : given.ValueKind.ToString().ToLowerInvariant();
        return (null, $"Expected {type}, received {received}");
    }
}
