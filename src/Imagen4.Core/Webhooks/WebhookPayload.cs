using System.Text.Json;
using System.Text.Json.Serialization;

namespace Imagen4.Core.Webhooks;

/// <summary>What a webhook says (fal, webhooks). The gateway's id is that of the last attempt; the request's is the one to go by.</summary>
internal sealed record WebhookPayload
{
    public string? RequestId { get; init; }

    public string? GatewayRequestId { get; init; }

    public string? Status { get; init; }

    public JsonElement? Payload { get; init; }

    public string? Error { get; init; }

    public string? PayloadError { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(WebhookPayload))]
internal sealed partial class WebhookPayloadJson : JsonSerializerContext;
