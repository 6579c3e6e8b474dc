using System.Text.Json.Serialization;

namespace Imagen4.Core.Protocols.FalQueue;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(TolerantText), typeof(TolerantNumber<int>), typeof(TolerantNumber<long>), typeof(TolerantNumber<double>)])]
[JsonSerializable(typeof(FalSubmitAnswer))]
[JsonSerializable(typeof(FalStatusAnswer))]
[JsonSerializable(typeof(FalResultAnswer))]
[JsonSerializable(typeof(FalErrorAnswer))]
internal sealed partial class FalJson : JsonSerializerContext;
