namespace Imagen4.Emulator.Fal;

internal static class FalHeaders
{
    public const string RequestId = "x-fal-request-id";
    public const string BillableUnits = "X-Fal-Billable-Units";
    public const string ErrorType = "X-Fal-Error-Type";
    public const string Retryable = "X-Fal-Retryable";
    public const string NeedsRetry = "X-Fal-Needs-Retry";
    public const string Tags = "X-Fal-Tags";
    public const string QueuePriority = "X-Fal-Queue-Priority";
}
