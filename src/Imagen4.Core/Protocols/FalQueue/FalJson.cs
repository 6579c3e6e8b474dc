using System.Text.Json.Serialization;

namespace Imagen4.Core.Protocols.FalQueue;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(FalSubmitAnswer))]
[JsonSerializable(typeof(FalStatusAnswer))]
[JsonSerializable(typeof(FalResultAnswer))]
[JsonSerializable(typeof(FalErrorAnswer))]
internal sealed partial class FalJson : JsonSerializerContext;
