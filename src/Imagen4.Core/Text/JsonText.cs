using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Imagen4.Core.Text;

/// <summary>Carries JSON on that a host wrote and nobody here needs to understand.</summary>
internal static class JsonText
{
    /// <summary>Writes members as the host wrote them; characters that a terminal acts upon are written as escapes.</summary>
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

        return Escaped(Encoding.UTF8.GetString(text.WrittenSpan));
    }

    // Outside of texts there are none: what is escaped means the same.
    private static string Escaped(string json)
    {
        var from = json.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        if (from < 0)
        {
            return json;
        }

        var escaped = new StringBuilder(json, 0, from, json.Length + 16);
        foreach (var rune in json.AsSpan(from).EnumerateRunes())
        {
            if (rune.Value is not ('\n' or '\r' or '\t') && PlainText.Steers(rune))
            {
                foreach (var unit in rune.ToString())
                {
                    _ = escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
                }
            }
            else
            {
                _ = escaped.Append(rune.ToString());
            }
        }

        return escaped.ToString();
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
