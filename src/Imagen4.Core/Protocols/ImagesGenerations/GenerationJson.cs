using System.Text.Json.Serialization;

namespace Imagen4.Core.Protocols.ImagesGenerations;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(GenerationAnswer))]
internal sealed partial class GenerationJson : JsonSerializerContext;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(GenerationError))]
internal sealed partial class GenerationErrorJson : JsonSerializerContext;
