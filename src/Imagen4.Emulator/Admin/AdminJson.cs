using System.Text.Json.Serialization;
using Imagen4.Emulator.Fal;
using Imagen4.Emulator.Media;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Admin;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Summary))]
[JsonSerializable(typeof(PeakView))]
[JsonSerializable(typeof(SettingsChange))]
[JsonSerializable(typeof(IReadOnlyList<JobView>))]
internal sealed partial class AdminJson : JsonSerializerContext;

/// <summary>What the queue is like now.</summary>
internal sealed record Summary(int Running, int Waiting, int Bills, int Slots, double GenerationTime);

/// <summary>The most there was of each at one time.</summary>
internal sealed record PeakView(int Running, int Waiting, int Connections);

/// <summary>One job as the page and the tests see it.</summary>
internal sealed record JobView(
    string RequestId,
    string Host,
    string Model,
    string Prompt,
    string State,
    int? QueuePosition,
    DateTime SubmittedAt,
    DateTime? EndedAt,
    string? Error,
    string? ErrorType,
    IReadOnlyList<string> Images,
    bool LowPriority,
    string? Tags,
    string? ObjectLifecycle)
{
    public static JobView Of(Job job, int? position, string baseAddress)
    {
        var progress = job.Progress;
        var delivered = progress is { State: JobState.Completed, Failure: null };
        return new JobView(
            job.RequestId,
            job.Host,
            job.Endpoint.ToString(),
            job.Plan.Prompt,
            QueueStatus.Name(progress.State),
            progress.State == JobState.InQueue ? position : null,
            job.SubmittedAt.UtcDateTime,
            progress.EndedAt?.UtcDateTime,
            progress.Failure?.Message,
            progress.Failure?.Type,
            delivered ? [.. job.Plan.Images.Select(image => MediaUrl.Of(baseAddress, job, image))] : [],
            job.Settings.LowPriority,
            job.Settings.Tags,
            job.Settings.ObjectLifecycle);
    }
}

/// <summary>New settings; what is null stays.</summary>
internal sealed record SettingsChange(int? Slots = null, double? GenerationTime = null, bool? History = null, bool? PrivateFiles = null);
