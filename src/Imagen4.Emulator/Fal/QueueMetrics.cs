using System.Text.Json.Serialization;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Fal;

/// <summary>The figures of a job in its status.</summary>
internal sealed record QueueMetrics
{
    /// <summary>Seconds that the job ran, once it has ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? InferenceTime { get; init; }

    public static QueueMetrics Of(JobProgress progress) => new() { InferenceTime = (progress.EndedAt - progress.StartedAt)?.TotalSeconds };
}
