using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Imagen4.Core.Rows;

/// <summary>How an input is written as JSON: only what was given, and prompts in their own script.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImageInput))]
internal sealed partial class ImageInputJson : JsonSerializerContext
{
    // The bytes go into an HTTP body, never into a page, so nothing but JSON's own rules needs escaping.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The input as an object, under the API's own names.</summary>
    /// <remarks>The serializer reads further members into a <see cref="JsonObject"/>, but writes them as invalid JSON (dotnet/runtime#97225).</remarks>
    public static JsonObject ToObject(ImageInput input)
    {
        var written = JsonSerializer.SerializeToNode(input with { AdditionalInput = null }, Default.ImageInput)!.AsObject();
        foreach (var (name, value) in input.AdditionalInput ?? [])
        {
            written[name] = value?.DeepClone();
        }

        return written;
    }

    /// <summary>The input as the body of a submit.</summary>
    public static ReadOnlyMemory<byte> ToBytes(ImageInput input)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body, Plain))
        {
            ToObject(input).WriteTo(writer);
        }

        return body.WrittenMemory;
    }
}
