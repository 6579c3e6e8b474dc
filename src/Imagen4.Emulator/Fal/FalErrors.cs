using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;

namespace Imagen4.Emulator.Fal;

/// <summary>Every answer of fal's that is not a success.</summary>
internal static class FalErrors
{
    public static JsonAnswer NotFound { get; } = Word(404, "NOT_FOUND");

    public static JsonAnswer AlreadyCompleted { get; } = Word(400, "ALREADY_COMPLETED");

    public static JsonAnswer StillInProgress { get; } = ErrorText.Answer(400, "Request is still in progress");

    public static JsonAnswer MethodNotAllowed { get; } = ErrorText.Answer(405, "Method Not Allowed");

    public static JsonAnswer NoSuchPath { get; } = ErrorText.Answer(404, "Not Found");

    public static JsonAnswer WrongKey { get; } = ErrorText.Answer(401, "No user found for Key ID and Secret");

    public static JsonAnswer QueueTooLong { get; } =
        ErrorText.Answer(429, "The queue is longer than fal_max_queue_length allows").With(FalHeaders.NeedsRetry, "1");

    public static JsonAnswer WebhookElsewhere { get; } =
        ErrorText.Answer(422, "fal_webhook: the emulator calls addresses of this machine only, such as http://127.0.0.1:8080/done");

    public static JsonAnswer WrongTimeout(string given) =>
        ErrorText.Answer(422, $"{FalHeaders.StartTimeout} takes seconds, such as 30, not '{given}'");

    public static JsonAnswer NoKey(EndpointId endpoint) =>
        ErrorText.Answer(401, $"Cannot access application \"{endpoint.App}\". Authentication is required to access this application.");

    public static JsonAnswer NoSuchApplication(EndpointId endpoint) => ErrorText.Answer(404, $"Application '{endpoint}' not found");

    public static JsonAnswer Retired(EndpointId endpoint) =>
        ErrorText.Answer(404, $"Application '{endpoint}' is retired and no longer available");

    /// <summary>An error of fal's own, which is about no job, with its marks.</summary>
    public static JsonAnswer Own(int status, string message) => Of(new Failure(status, "internal_error", message));

    /// <summary>The answer of a job that failed: the model's own status, body and headers.</summary>
    public static JsonAnswer Of(Failure failure)
    {
        var answer = Body(failure).With(FalHeaders.ErrorType, failure.Type);
        answer = failure.IsByRequest ? answer.With(FalHeaders.TimeoutType, "user") : answer;
        return failure.Retryable is { } retryable ? answer.With(FalHeaders.Retryable, retryable ? "true" : "false") : answer;
    }

    /// <summary>The same without the headers.</summary>
    public static JsonAnswer Body(Failure failure) => failure.Form switch
    {
        FailureForm.Problems => JsonAnswer.Of(
            failure.Status, new ModelError([.. failure.Problems.Select(ErrorDetail.Of)]), FalJson.Wire.ModelError),
        FailureForm.Text => ErrorText.Answer(failure.Status, failure.Message),
        _ => JsonAnswer.Of(
            failure.Status, new InfrastructureError(failure.Message, failure.Type), FalJson.Wire.InfrastructureError),
    };

    private static JsonAnswer Word(int status, string word) => JsonAnswer.Of(status, new QueueAnswer(word), FalJson.Wire.QueueAnswer);
}

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
