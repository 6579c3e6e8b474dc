using System.Text.Json.Serialization;
using Imagen4.Core.Protocols.FalQueue;

namespace Imagen4.Core.Protocols.ImagesGenerations;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(TolerantText), typeof(TolerantNumber<long>)])]
[JsonSerializable(typeof(GenerationAnswer))]
internal sealed partial class GenerationJson : JsonSerializerContext;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(TolerantText), typeof(TolerantNumber<int>)])]
[JsonSerializable(typeof(GenerationError))]
internal sealed partial class GenerationErrorJson : JsonSerializerContext;
