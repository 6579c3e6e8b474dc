namespace Imagen4.Core.Webhooks;

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
