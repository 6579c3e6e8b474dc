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

/// <summary>A result with status 200 that reports a failure.</summary>
internal sealed record FailedAnswer(string Status, string Error);

/// <summary>An error of the reseller itself, one level down.</summary>
internal sealed record GatewayError(GatewayErrorBody Error);

/// <summary>What <see cref="GatewayError"/> says.</summary>
internal sealed record GatewayErrorBody(string Message, string Type);
