using System.Text.Json.Serialization;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Fal;

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
