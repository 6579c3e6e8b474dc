using System.Text.Json;
using System.Text.Json.Serialization;

namespace Imagen4.Core.Protocols.Fal.Webhooks;

/// <summary>A webhook as it arrived: its body, byte for byte, and its four headers.</summary>
public sealed record WebhookDelivery
{
    /// <summary>The header with the request's id.</summary>
    public const string RequestIdHeader = "X-Fal-Webhook-Request-Id";

    /// <summary>The header with the user's id.</summary>
    public const string UserIdHeader = "X-Fal-Webhook-User-Id";

    /// <summary>The header with the moment of signing, in seconds since 1970.</summary>
    public const string TimestampHeader = "X-Fal-Webhook-Timestamp";

    /// <summary>The header with the signature, in hexadecimal digits.</summary>
    public const string SignatureHeader = "X-Fal-Webhook-Signature";

    /// <summary>The request's id.</summary>
    public string? RequestId { get; init; }

    /// <summary>The user's id.</summary>
    public string? UserId { get; init; }

    /// <summary>The moment of signing, as it was written.</summary>
    public string? Timestamp { get; init; }

    /// <summary>The signature, as it was written.</summary>
    public string? Signature { get; init; }

    /// <summary>The body. A body that went through text and back may have changed, and then nothing matches.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }
}

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
