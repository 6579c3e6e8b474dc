using System.Text.Json.Serialization;
using Imagen4.Emulator.Http;

namespace Imagen4.Emulator.ImagesGenerations;

/// <summary>Results are in snake case here.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ImagesAnswer))]
[JsonSerializable(typeof(DataAnswer))]
internal sealed partial class GenerationsJson : JsonSerializerContext
{
    public static GenerationsJson Wire => field ??= new GenerationsJson(PlainText.OptionsOf(Default));
}
