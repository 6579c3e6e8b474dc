using System.Text.Json.Serialization;
using Imagen4.Emulator.Http;

namespace Imagen4.Emulator.Aggregators;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(FailedAnswer))]
[JsonSerializable(typeof(GatewayError))]
internal sealed partial class AggregatorJson : JsonSerializerContext
{
    public static AggregatorJson Wire => field ??= new AggregatorJson(PlainText.OptionsOf(Default));
}
