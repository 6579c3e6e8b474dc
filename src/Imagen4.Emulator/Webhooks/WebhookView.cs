namespace Imagen4.Emulator.Webhooks;

/// <summary>A delivery as it is listed. The body is there once the job has ended.</summary>
internal sealed record WebhookView(
    string RequestId,
    Uri Url,
    WebhookState State,
    IReadOnlyList<WebhookAttempt> Attempts,
    string? Body);
