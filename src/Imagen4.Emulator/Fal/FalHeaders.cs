namespace Imagen4.Emulator.Fal;

internal static class FalHeaders
{
    public const string RequestId = "x-fal-request-id";
    public const string BillableUnits = "X-Fal-Billable-Units";
    public const string ErrorType = "X-Fal-Error-Type";
    public const string Retryable = "X-Fal-Retryable";
    public const string NeedsRetry = "X-Fal-Needs-Retry";
    public const string RequestTimeout = "X-Fal-Request-Timeout";
    public const string StartTimeout = "X-Fal-Request-Start-Timeout";
    public const string TimeoutType = "X-Fal-Request-Timeout-Type";
    public const string ObjectLifecycle = "X-Fal-Object-Lifecycle-Preference";
    public const string Tags = "X-Fal-Tags";
    public const string QueuePriority = "X-Fal-Queue-Priority";
}
