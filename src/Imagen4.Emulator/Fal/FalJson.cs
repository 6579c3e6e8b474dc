using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Fal;

/// <summary>How fal writes JSON: snake case, and text as it is rather than escaped.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(QueueStatus))]
[JsonSerializable(typeof(QueueAnswer))]
[JsonSerializable(typeof(InfrastructureError))]
[JsonSerializable(typeof(ModelError))]
internal sealed partial class FalJson : JsonSerializerContext
{
    // Not an initialiser: it could run before that of Default.
    public static FalJson Wire => field ??= new FalJson(PlainText.OptionsOf(Default));
}

/// <summary>A queue operation answered with one word, such as <c>NOT_FOUND</c>.</summary>
internal sealed record QueueAnswer(string Status);

/// <summary>The answer to a submission and to every status read. The order of the properties is the host's.</summary>
internal sealed record QueueStatus(
    string Status,
    string RequestId,
    string ResponseUrl,
    string StatusUrl,
    string CancelUrl,
    IReadOnlyList<LogEntry>? Logs,
    QueueMetrics Metrics)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? QueuePosition { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ErrorType { get; init; }

    /// <param name="job">The job.</param>
    /// <param name="progress">How far it was when the caller looked.</param>
    /// <param name="position">Its place in the queue, if it waits.</param>
    /// <param name="logs">The lines to show; null shows none.</param>
    /// <param name="baseAddress">What the URLs start with.</param>
    public static QueueStatus Of(Job job, JobProgress progress, int? position, IReadOnlyList<LogEntry>? logs, string baseAddress)
    {
        // Reads go by owner and alias, whatever path of the app was submitted to.
        var url = $"{baseAddress}/{job.Endpoint.App}/requests/{job.RequestId}";
        return new QueueStatus(Name(progress.State), job.RequestId, url, $"{url}/status", $"{url}/cancel", logs, QueueMetrics.Of(progress))
        {
            QueuePosition = progress.State == JobState.InQueue ? position ?? 0 : null,
            Error = progress.Failure?.Message,
            ErrorType = progress.Failure?.Type,
        };
    }

    public static string Name(JobState state) => state switch
    {
        JobState.InQueue => "IN_QUEUE",
        JobState.InProgress => "IN_PROGRESS",
        _ => "COMPLETED",
    };
}

/// <summary>The figures of a job in its status.</summary>
internal sealed record QueueMetrics
{
    /// <summary>Seconds that the job ran, once it has ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? InferenceTime { get; init; }

    public static QueueMetrics Of(JobProgress progress) => new() { InferenceTime = (progress.EndedAt - progress.StartedAt)?.TotalSeconds };
}

/// <summary>The body of an error that the model raised.</summary>
internal sealed record ModelError(IReadOnlyList<ErrorDetail> Detail);

/// <summary>One entry of a model error's list.</summary>
internal sealed record ErrorDetail(IReadOnlyList<string> Loc, string Msg, string Type, string Url)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Ctx { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonConverter(typeof(AsReceivedConverter))]
    public JsonElement? Input { get; init; }

    public static ErrorDetail Of(Problem problem)
    {
        var url = $"https://docs.fal.ai/errors#{problem.Type}";
        return new ErrorDetail(problem.Location, problem.Message, problem.Type, url) { Ctx = problem.Context, Input = problem.Input };
    }
}

/// <summary>The body of an error that happened around the model.</summary>
internal sealed record InfrastructureError(string Detail, string ErrorType);
