using System.Text.Json;

namespace Imagen4.Emulator.Generation;

/// <summary>The error types that the host documents, each with its status and words.</summary>
internal static class FailureCatalogue
{
    private static readonly string[] Body = ["body"];
    private static readonly string[] Prompt = ["body", "prompt"];
    private static readonly string[] Count = ["body", "num_images"];
    private static readonly string[] File = ["body", "image_url"];

    private const string Flagged = "The content could not be processed because it contained material flagged by a content checker.";

    private static readonly Dictionary<string, Failure> ByType = new Failure[]
    {
        Model(500, "internal_server_error", "Internal server error", Body, retryable: true),
        Model(504, "generation_timeout", "Generation timeout", Body, retryable: true),
        Model(400, "downstream_service_error", "Downstream service error", Body, retryable: false),
        Model(500, "downstream_service_unavailable", "Downstream service unavailable", Body, retryable: true),
        Model(422, "content_policy_violation", Flagged, Prompt),
        Model(422, "no_media_generated", "No media was generated for this input.", Body),
        Model(422, "greater_than", "Input should be greater than 0", Count, """{"gt":0}"""),
        Model(422, "greater_than_equal", "Input should be greater than or equal to 1", Count, """{"ge":1}"""),
        Model(422, "less_than", "Input should be less than 5", Count, """{"lt":5}"""),
        Model(422, "less_than_equal", "Input should be less than or equal to 4", Count, """{"le":4}"""),
        Model(422, "multiple_of", "Input should be a multiple of 8", ["body", "width"], """{"multiple_of":8}"""),
        Model(422, "one_of", "Input should be '1K' or '2K'", ["body", "resolution"], """{"expected":["1K","2K"]}"""),
        Model(422, "sequence_too_short", "Sequence should have at least 1 items", Prompt, """{"min_length":1}"""),
        Model(422, "sequence_too_long", "Sequence should have at most 480 items", Prompt, """{"max_length":480}"""),
        Model(422, "feature_not_supported", "Feature not supported", Body),
        Model(422, "image_too_small", "Image too small", File, """{"min_height":512,"min_width":512}"""),
        Model(422, "image_too_large", "Image too large", File, """{"max_height":1024,"max_width":1024}"""),
        Model(422, "image_load_error", "Image load error", File),
        Model(422, "file_download_error", "Failed to download the file. Please check if the URL is accessible and try again.", File),
        Model(422, "file_too_large", "File too large", File, """{"max_size":10485760}"""),
        Infrastructure(504, "request_timeout", "Request timed out"),
        Infrastructure(504, "startup_timeout", "Runner did not start in time"),
        Infrastructure(503, "runner_scheduling_failure", "No runner could be allocated"),
        Infrastructure(503, "runner_connection_timeout", "Connection to the runner timed out"),
        Infrastructure(503, "runner_connection_refused", "Runner refused the connection"),
        Infrastructure(503, "runner_connection_error", "Connection to the runner failed"),
        Infrastructure(503, "runner_disconnected", "Runner disconnected"),
        Infrastructure(502, "runner_incomplete_response", "Runner sent an incomplete response"),
        Infrastructure(500, "runner_server_error", "Runner failed"),
        Infrastructure(500, "internal_error", "Internal error"),
        Infrastructure(499, "client_disconnected", "Client disconnected"),
        Failure.Cancelled,
        Infrastructure(400, "bad_request", "Bad request"),
    }.ToDictionary(failure => failure.Type, StringComparer.Ordinal);

    public static IReadOnlyCollection<string> Types => ByType.Keys;

    /// <summary>The failure of this type, about this input; null when there is no such type.</summary>
    public static Failure? Find(string type, JsonElement input)
    {
        if (!ByType.TryGetValue(type, out var failure))
        {
            return null;
        }

        return failure with
        {
            Problems = [.. failure.Problems.Select(problem => problem with { Input = At(problem.Location, input) })],
        };
    }

    private static JsonElement? At(IReadOnlyList<string> location, JsonElement input) =>
        location.Count == 1 ? input : input.TryGetProperty(location[1], out var value) ? value : null;

    private static Failure Model(
        int status, string type, string message, string[] location, string? context = null, bool retryable = false) =>
        new(status, type, message)
        {
            Form = FailureForm.Problems,
            Problems = [new Problem(location, type, message) { Context = context is null ? null : JsonElement.Parse(context) }],
            Retryable = retryable,
        };

    private static Failure Infrastructure(int status, string type, string message) => new(status, type, message);
}

/// <summary>Why a job has no result.</summary>
internal sealed record Failure(int Status, string Type, string Message)
{
    public FailureForm Form { get; init; } = FailureForm.Infrastructure;

    public IReadOnlyList<Problem> Problems { get; init; } = [];

    /// <summary>Whether the same request may succeed another time; null when the host does not say.</summary>
    public bool? Retryable { get; init; }

    /// <summary>The client itself had set the limit.</summary>
    public bool IsByRequest { get; init; }

    public static Failure NotStartedInTime { get; } = new(504, "request_timeout", "Request timed out") { IsByRequest = true };

    public static Failure Cancelled { get; } = new(499, "client_cancelled", "Request was cancelled by the client");

    /// <summary>The model did not take the input.</summary>
    public static Failure Invalid(IReadOnlyList<Problem> problems) =>
        new(422, problems[0].Type, problems[0].Message) { Form = FailureForm.Problems, Problems = problems, Retryable = false };
}

/// <summary>How the body of a failure is built.</summary>
internal enum FailureForm
{
    /// <summary><c>{"detail":"…","error_type":"…"}</c></summary>
    Infrastructure,

    /// <summary><c>{"detail":[{…}]}</c>, from the model.</summary>
    Problems,

    /// <summary><c>{"detail":"…"}</c>, from models that were not migrated.</summary>
    Text,
}

/// <summary>One thing that is wrong, and where in the request it is.</summary>
internal sealed record Problem(IReadOnlyList<string> Location, string Type, string Message)
{
    /// <summary>The limits behind the message, as JSON.</summary>
    public JsonElement? Context { get; init; }

    /// <summary>What was given.</summary>
    public JsonElement? Input { get; init; }
}
