using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;

namespace Imagen4.Emulator.Fal;

/// <summary>Every answer of fal's that is not a success.</summary>
internal static class FalErrors
{
    public static JsonAnswer NotFound { get; } = State(404, "NOT_FOUND");

    public static JsonAnswer AlreadyCompleted { get; } = State(400, "ALREADY_COMPLETED");

    public static JsonAnswer StillInProgress { get; } = Message(400, "Request is still in progress");

    public static JsonAnswer MethodNotAllowed { get; } = Message(405, "Method Not Allowed");

    public static JsonAnswer NoSuchPath { get; } = Message(404, "Not Found");

    public static JsonAnswer QueueTooLong { get; } = new(429, JsonSerializer.SerializeToUtf8Bytes(
        new FalMessage("The queue is longer than fal_max_queue_length allows"), FalJson.Wire.FalMessage))
    {
        Headers = [new(FalHeaders.NeedsRetry, "1")],
    };

    public static JsonAnswer NoSuchApplication(EndpointId endpoint) => Message(404, $"Application '{endpoint}' not found");

    public static JsonAnswer Retired(EndpointId endpoint) => Message(404, $"Application '{endpoint}' is retired and no longer available");

    public static JsonAnswer State(int status, string state) => JsonAnswer.Of(status, new FalState(state), FalJson.Wire.FalState);

    public static JsonAnswer Message(int status, string text) => JsonAnswer.Of(status, new FalMessage(text), FalJson.Wire.FalMessage);

    /// <summary>The answer of a job that failed: the model's own status, body and headers.</summary>
    public static JsonAnswer Of(Failure failure)
    {
        var body = failure.Form switch
        {
            FailureForm.Problems => JsonSerializer.SerializeToUtf8Bytes(
                new ModelError([.. failure.Problems.Select(ErrorDetail.Of)]), FalJson.Wire.ModelError),
            FailureForm.Text => JsonSerializer.SerializeToUtf8Bytes(new FalMessage(failure.Message), FalJson.Wire.FalMessage),
            _ => JsonSerializer.SerializeToUtf8Bytes(new InfrastructureError(failure.Message, failure.Type), FalJson.Wire.InfrastructureError),
        };
        return new JsonAnswer(failure.Status, body)
        {
            Headers = failure.Retryable is { } retryable
                ? [new(FalHeaders.ErrorType, failure.Type), new(FalHeaders.Retryable, retryable ? "true" : "false")]
                : [new(FalHeaders.ErrorType, failure.Type)],
        };
    }
}

internal sealed record FalMessage(string Detail);

internal sealed record FalState(string Status);

internal sealed record InfrastructureError(string Detail, string ErrorType);

internal sealed record ModelError(IReadOnlyList<ErrorDetail> Detail);

internal sealed record ErrorDetail(IReadOnlyList<string> Loc, string Msg, string Type, string Url)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Ctx { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonConverter(typeof(AsReceivedConverter))]
    public JsonElement? Input { get; init; }

    public static ErrorDetail Of(Problem problem) => new(problem.Location, problem.Message, problem.Type, $"https://docs.fal.ai/errors#{problem.Type}")
    {
        Ctx = problem.Context,
        Input = problem.Input,
    };
}
