using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Imagen4.Core.Text;

/// <summary>Carries JSON on that a host wrote and nobody here needs to understand.</summary>
internal static class JsonText
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
                writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
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
            // Not GetRawText, which throws where the bytes are no UTF-8.
            return Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(element));
        }
    }
}
