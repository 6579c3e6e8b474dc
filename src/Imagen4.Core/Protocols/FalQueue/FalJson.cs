using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Imagen4.Core.Http;

namespace Imagen4.Core.Protocols.FalQueue;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(TolerantText), typeof(TolerantNumber<int>), typeof(TolerantNumber<long>), typeof(TolerantNumber<double>)])]
[JsonSerializable(typeof(FalSubmitAnswer))]
[JsonSerializable(typeof(FalStatusAnswer))]
[JsonSerializable(typeof(FalResultAnswer))]
[JsonSerializable(typeof(FalErrorAnswer))]
internal sealed partial class FalJson : JsonSerializerContext
{
    /// <summary>Writes members as the host wrote them.</summary>
    public static string Write(IReadOnlyDictionary<string, JsonElement> members)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in members)
            {
                writer.WritePropertyName(name);
                writer.WriteRawValue(value.GetRawText(), skipInputValidation: true);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>The text of an element; its JSON where it has an escape that no text can hold.</summary>
    public static string Text(JsonElement element)
    {
        try
        {
            return element.ToString();
        }
        catch (InvalidOperationException)
        {
            return element.GetRawText();
        }
    }

    /// <summary>Reads an answer, or nothing where it does not have that shape.</summary>
    public static T? TryRead<T>(HostResponse response, JsonTypeInfo<T> shape)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(response.Body.Span, shape);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
