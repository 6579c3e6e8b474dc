using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Imagen4.Core.Input;

/// <summary>
/// The input of one request as it is sent: the body of a submit. What was not given is not sent, so that the
/// host's defaults hold. Fields: <c>fal-ai/imagen4/preview</c>, every published generation of its schema.
/// </summary>
[JsonConverter(typeof(ImageInputConverter))]
public sealed record ImageInput
{
    private static readonly InputField PromptField = InputField.Of("prompt");
    private static readonly InputField NumImagesField = InputField.Of("num_images");
    private static readonly InputField SeedField = InputField.Of("seed");

    // Never changed once it is here: a record that is copied shares it.
    private object?[] _values = new object?[InputField.All.Count];

    /// <summary>What the image shows.</summary>
    public string? Prompt
    {
        get => (string?)this[PromptField];
        init => _values = Changed(PromptField, value);
    }

    /// <summary>The number of images.</summary>
    public long? NumImages
    {
        get => (long?)this[NumImagesField];
        init => _values = Changed(NumImagesField, value);
    }

    /// <summary>The random seed.</summary>
    public long? Seed
    {
        get => (long?)this[SeedField];
        init => _values = Changed(SeedField, value);
    }

    /// <summary>Inputs the module has no parameter for, sent as they are.</summary>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalInput { get; init; }

    /// <summary>The value of an input: a text, a <see cref="long"/> or a <see cref="bool"/>, as its kind says; null where it was not
    /// given.</summary>
    public object? this[InputField field] => _values[field.Place];

    /// <summary>The same input with another value of one field.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">A text, a <see cref="long"/> or a <see cref="bool"/>, as its kind says; null for none.</param>
    public ImageInput With(InputField field, object? value) => this with { Values = Changed(field, value) };

    /// <summary>The value of an input, by the API's own spelling.</summary>
    /// <exception cref="KeyNotFoundException">No input has that name.</exception>
    public object? this[string name]
    {
        get => this[InputField.Of(name)];
        init => _values = Changed(InputField.Of(name), value);
    }

    /// <summary>What was given, by the API's own spelling: texts, <see cref="long"/>, <see cref="bool"/>, and
    /// <see cref="JsonElement"/>.</summary>
    internal IEnumerable<KeyValuePair<string, object?>> Members()
    {
        foreach (var field in InputField.All)
        {
            if (this[field] is { } value)
            {
                yield return new(field.Name, value);
            }
        }

        foreach (var (name, additional) in AdditionalInput ?? new Dictionary<string, JsonElement>())
        {
            yield return new(name, additional);
        }
    }

    /// <summary>Puts the inputs on an object users see, under the parameters' names.</summary>
    public void CopyTo(ImagenInputs target)
    {
        foreach (var field in InputField.All)
        {
            field.Put(target, this[field]);
        }

        var (images, others) = ImageList.Split(AdditionalInput);
        images.CopyTo(target);
        target.AdditionalInput = others is null
            ? null
            : JsonSerializer.Serialize(others, ImageInputJson.Plain.IReadOnlyDictionaryStringJsonElement);
    }

    /// <inheritdoc/>
    public bool Equals(ImageInput? other) =>
        other is not null && _values.SequenceEqual(other._values) && Equals(AdditionalInput, other.AdditionalInput);

    /// <inheritdoc/>
    public override int GetHashCode() => _values.Aggregate(0, HashCode.Combine);

    private object?[] Values
    {
        init => _values = value;
    }

    private object?[] Changed(InputField field, object? value)
    {
        object?[] values = [.. _values];
        values[field.Place] = value;
        return values;
    }
}

/// <summary>Writes an input as the host takes it, field by field of the table, and reads what was written.</summary>
internal sealed class ImageInputConverter : JsonConverter<ImageInput>
{
    private static readonly Dictionary<string, InputField> Fields = InputField.All
        .ToDictionary(field => field.Name, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ImageInput value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        WriteMembers(writer, value);
        writer.WriteEndObject();
    }

    /// <summary>Writes the members alone, into an object that has others.</summary>
    public static void WriteMembers(Utf8JsonWriter writer, ImageInput input)
    {
        foreach (var (name, member) in input.Members())
        {
            switch (member)
            {
                case string text:
                    writer.WriteString(name, text);
                    break;
                case long number:
                    writer.WriteNumber(name, number);
                    break;
                case bool truth:
                    writer.WriteBoolean(name, truth);
                    break;
                case JsonElement additional:
                    writer.WritePropertyName(name);
                    additional.WriteTo(writer);
                    break;
            }
        }
    }

    /// <inheritdoc/>
    public override ImageInput Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException();
        }

        var input = new ImageInput();
        Dictionary<string, JsonElement>? additional = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            _ = reader.Read();
            if (Fields.TryGetValue(name, out var field) && Value(ref reader, field.Kind) is { } value)
            {
                input = input.With(field, value);
            }
            else if (field is null || reader.TokenType != JsonTokenType.Null)
            {
                // A known name with a value of another kind was given as an additional input.
                (additional ??= new(StringComparer.Ordinal))[name] = JsonElement.ParseValue(ref reader);
            }
        }

        return input with { AdditionalInput = additional };
    }

    // Null for a value of another kind.
    private static object? Value(ref Utf8JsonReader reader, InputKind kind) => (kind, reader.TokenType) switch
    {
        (InputKind.WholeNumber, JsonTokenType.Number) => reader.TryGetInt64(out var number) ? number : null,
        (InputKind.TrueFalse, JsonTokenType.True or JsonTokenType.False) => reader.GetBoolean(),
        (InputKind.Text, JsonTokenType.String) => reader.GetString(),
        _ => null,
    };
}

/// <summary>How an input is written as JSON: only what was given, and prompts in their own script.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImageInput))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, JsonElement>))]
[JsonSerializable(typeof(IReadOnlyCollection<string>))]
internal sealed partial class ImageInputJson : JsonSerializerContext
{
    /// <summary>The bytes go into an HTTP body, never into a page, so nothing but JSON's own rules needs escaping.</summary>
    public static JsonWriterOptions Written { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The same for what writes whole values.</summary>
    public static ImageInputJson Plain { get; } = new(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = Written.Encoder,
    });
}
