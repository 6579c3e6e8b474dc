using System.Text.Json;
using System.Text.Json.Serialization;

namespace Imagen4.Emulator.Http;

/// <summary>
/// Writes JSON just as a client sent it, on one line. Writing it anew would change numbers and escapes, and throws for
/// text that JSON can hold and .NET cannot (lone surrogates).
/// </summary>
internal sealed class AsReceivedConverter : JsonConverter<JsonElement>
{
    public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonElement.ParseValue(ref reader);

    // Line breaks are only ever between tokens: inside strings JSON has them escaped.
    public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.GetRawText().Replace('\r', ' ').Replace('\n', ' '), skipInputValidation: true);
}
