using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Imagen4.Core.Rows;

/// <summary>How an input is written as JSON: only what was given, and prompts in their own script.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImageInput))]
[JsonSerializable(typeof(IDictionary<string, JsonElement>))]
internal sealed partial class ImageInputJson : JsonSerializerContext
{
    /// <summary>The bytes go into an HTTP body, never into a page, so nothing but JSON's own rules needs escaping.</summary>
    public static ImageInputJson Plain { get; } = new(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
