using System.Text.Json.Serialization;
using Imagen4.Emulator.Http;

namespace Imagen4.Emulator.ImagesGenerations;

/// <summary>Errors are in camel case here, unlike results.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GenerationsError))]
internal sealed partial class GenerationsErrorJson : JsonSerializerContext
{
    public static GenerationsErrorJson Wire => field ??= new GenerationsErrorJson(PlainText.OptionsOf(Default));
}
