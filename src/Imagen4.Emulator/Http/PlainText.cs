using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Imagen4.Emulator.Http;

/// <summary>JSON with text as it is: only what JSON itself demands is escaped, as the hosts do it.</summary>
internal static class PlainText
{
    public static JavaScriptEncoder Encoder => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public static JsonSerializerOptions OptionsOf(JsonSerializerContext context) => new(context.Options) { Encoder = Encoder };
}
