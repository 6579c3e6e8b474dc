using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Emulator.Schema;

namespace Imagen4.Emulator.ImagesGenerations;

/// <summary>The body that the host documents, in the words of JSON Schema as its document has them, and its models.</summary>
internal sealed record GenerationsSchema(
    IReadOnlyList<string> Models,
    IReadOnlyDictionary<string, PropertyRule> Properties,
    IReadOnlyList<string> Required)
{
    public static GenerationsSchema Default { get; } = LoadDefault();

    /// <summary>Takes the values of the known fields, defaults filled in, or says what is wrong with the first that is wrong.</summary>
    public (IReadOnlyDictionary<string, object?> Values, string? Problem) Check(JsonElement body)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, rule) in Properties)
        {
            if (!body.TryGetProperty(name, out var given))
            {
                if (Required.Contains(name))
                {
                    return (values, $"{name}: Required");
                }

                values[name] = rule.DefaultValue;
                continue;
            }

            var (value, problem) = rule.Read(given);
            if (problem is not null)
            {
                return (values, $"{name}: {problem}");
            }

            values[name] = value;
        }

        return (values, null);
    }

    /// <summary>Whether the body names a model that is not there. One that is not text is left to the check.</summary>
    public bool IsUnknownModel(JsonElement body) =>
        body.TryGetProperty("model", out var given) && JsonText.TryRead(given, out var model) && !Models.Contains(model);

    /// <summary>The schema in a file of the assembly.</summary>
    public static GenerationsSchema Load(string file)
    {
        using var stream = typeof(GenerationsSchema).Assembly.GetManifestResourceStream(file)!;
        return JsonSerializer.Deserialize(stream, GenerationsSchemaJson.Default.GenerationsSchema)!;
    }

    private static GenerationsSchema LoadDefault()
    {
        var schema = Load("generations.json");
        // The document shows the choice of one page; every model's page has the same fields and its own name there.
        var model = schema.Properties["model"] with { Enum = schema.Models };
        return schema with
        {
            Properties = schema.Properties.ToDictionary(pair => pair.Key, pair => pair.Key == "model" ? model : pair.Value),
        };
    }
}

/// <summary>What a field takes. Strict, unlike fal: <c>"3"</c> is not a number here.</summary>
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

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GenerationsSchema))]
internal sealed partial class GenerationsSchemaJson : JsonSerializerContext;
