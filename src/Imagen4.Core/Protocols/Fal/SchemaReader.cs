using System.Text.Json;
using Imagen4.Core.Input;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Fal;

/// <summary>
/// Reads what a model takes out of its OpenAPI document. What is not understood is left open: a row is refused only for what the
/// document plainly says.
/// </summary>
internal static class SchemaReader
{
    private const int MostInputs = 300;
    private const int MostChoices = 500;
    private const int DeepestReference = 8;

    /// <summary>The definition of a model; null where the document does not say what it takes.</summary>
    /// <param name="id">The endpoint id.</param>
    /// <param name="document">The OpenAPI document.</param>
    public static ModelDefinition? Read(string id, JsonElement document)
    {
        if (Body(id, document) is not { } body || At(Resolve(document, body), "properties") is not { ValueKind: JsonValueKind.Object } properties)
        {
            return null;
        }

        var required = At(Resolve(document, body), "required") is { ValueKind: JsonValueKind.Array } names
            ? names.EnumerateArray().Select(JsonText.Text).ToHashSet(StringComparer.Ordinal)
            : [];
        return new ModelDefinition
        {
            Ids = [id],
            Protocols = [HostProtocol.FalQueue, HostProtocol.FalSync],
            Inputs =
            [
                .. properties.EnumerateObject().Where(property => IsPlain(property.Name)).Take(MostInputs)
                    .Select(property => Input(document, property.Name, property.Value, required.Contains(property.Name))),
            ],
        };
    }

    // The operation that generates is the one at the model's own path; the others are about its requests.
    private static JsonElement? Body(string id, JsonElement document)
    {
        if (At(document, "paths") is not { ValueKind: JsonValueKind.Object } paths)
        {
            return null;
        }

        var bodies = paths.EnumerateObject()
            .Select(path => (path.Name, Schema: At(path.Value, "post", "requestBody", "content", "application/json", "schema")))
            .Where(path => path.Schema is not null)
            .ToList();
        return bodies.Find(path => path.Name.Trim('/') == id).Schema ?? (bodies is [var only] ? only.Schema : null);
    }

    private static InputDefinition Input(JsonElement document, string name, JsonElement schema, bool required)
    {
        var outer = schema;
        schema = Single(document, Resolve(document, schema)) is { } single ? single : default;
        var type = Type(schema);
        var choices = Choices(schema);
        var isNumber = type is "integer" or "number";
        return new InputDefinition
        {
            Name = name,
            Required = required,
            Choices = choices,
            Kind = Kind(type, schema, choices, document),
            Default = Default(outer) ?? Default(schema),
            Minimum = isNumber ? Number(schema, "minimum") : null,
            Maximum = isNumber ? Number(schema, "maximum") : null,
            MaximumItems = type == "array" && At(schema, "maxItems") is { ValueKind: JsonValueKind.Number } items
                && items.TryGetInt32(out var most) ? most : null,
            MaximumLength = type == "string" && At(schema, "maxLength") is { ValueKind: JsonValueKind.Number } length
                && length.TryGetInt32(out var longest) ? longest : null,
        };
    }

    private static InputKind? Kind(string? type, JsonElement schema, IReadOnlyList<string> choices, JsonElement document) => type switch
    {
        "boolean" => InputKind.TrueFalse,
        "integer" => InputKind.WholeNumber,
        "number" => InputKind.Number,
        "string" => choices.Count > 0 ? null : InputKind.Text,
        "array" when At(schema, "items") is { } items && Type(Resolve(document, items)) == "string" => InputKind.TextList,
        _ => null,
    };

    // Several alternatives are no statement about any one value, except that one of them is null.
    private static JsonElement? Single(JsonElement document, JsonElement schema, int depth = 0)
    {
        foreach (var word in (string[])["anyOf", "oneOf", "allOf"])
        {
            if (At(schema, word) is { ValueKind: JsonValueKind.Array } alternatives)
            {
                var real = alternatives.EnumerateArray().Select(one => Resolve(document, one)).Where(one => Type(one) != "null").Take(2).ToList();
                return real is [var only] && depth < DeepestReference ? Single(document, only, depth + 1) : null;
            }
        }

        return schema;
    }

    // Choices appear in messages and on the command line: one that cannot be typed leaves the input open.
    private static IReadOnlyList<string> Choices(JsonElement schema) => Listed(schema) is var listed && listed.All(IsPlain) ? listed : [];

    private static bool IsPlain(string text) => text.Length > 0 && PlainText.Line(text) == text;

    private static IReadOnlyList<string> Listed(JsonElement schema) =>
        At(schema, "enum") is { ValueKind: JsonValueKind.Array } values && values.GetArrayLength() <= MostChoices
            ? [.. values.EnumerateArray().Where(value => value.ValueKind != JsonValueKind.Null).Select(JsonText.Text)]
            : At(schema, "const") is { ValueKind: JsonValueKind.String } constant ? [JsonText.Text(constant)] : [];

    private static string? Default(JsonElement schema) =>
        At(schema, "default") switch
        {
            null or { ValueKind: JsonValueKind.Null } => null,
            { ValueKind: JsonValueKind.True } => "true",
            { ValueKind: JsonValueKind.False } => "false",
            { } value => PlainText.Line(JsonText.Text(value)),
        };

    private static decimal? Number(JsonElement schema, string name) =>
        At(schema, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDecimal(out var value) ? value : null;

    // OpenAPI 3.1 writes a type that may be null as a list.
    private static string? Type(JsonElement schema) => At(schema, "type") switch
    {
        { ValueKind: JsonValueKind.String } type => JsonText.Text(type),
        { ValueKind: JsonValueKind.Array } types =>
            types.EnumerateArray().Select(JsonText.Text).Where(type => type != "null").ToList() is [var only] ? only : null,
        _ => null,
    };

    private static JsonElement Resolve(JsonElement document, JsonElement schema, int depth = 0) =>
        depth < DeepestReference && At(schema, "$ref") is { ValueKind: JsonValueKind.String } reference
        && JsonText.Text(reference) is var text && text.StartsWith("#/", StringComparison.Ordinal)
            ? At(document, text[2..].Split('/')) is { } target ? Resolve(document, target, depth + 1) : default
            : schema;

    private static JsonElement? At(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element;
    }
}
