using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Imagen4.Core.Protocols.FalQueue;

/// <summary>
/// Reads a text, and whatever else stands in its place as its JSON: an odd member must not cost the answer around it,
/// which may name a request that has been paid for.
/// </summary>
internal sealed class TolerantText : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            using var value = JsonDocument.ParseValue(ref reader);
            return value.RootElement.GetRawText();
        }

        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            // An escape for half a character, which no text can hold.
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
