using System.Text.Json.Serialization;

namespace Imagen4.Emulator.ImagesGenerations;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GenerationsSchema))]
internal sealed partial class GenerationsSchemaJson : JsonSerializerContext;
