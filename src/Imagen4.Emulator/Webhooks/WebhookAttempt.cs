namespace Imagen4.Emulator.Webhooks;

/// <summary>One try, with its signed headers; the receiver's status, or why there is none.</summary>
internal sealed record WebhookAttempt(DateTime Time, IReadOnlyDictionary<string, string> Headers, int? StatusCode, string? Error)
{
    public bool Succeeded() => StatusCode is >= 200 and <= 299;
}
