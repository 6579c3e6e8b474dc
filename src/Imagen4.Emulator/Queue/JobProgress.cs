using Imagen4.Emulator.Generation;

namespace Imagen4.Emulator.Queue;

/// <summary>How far a job is. A new one replaces it at every step, so that readers need no lock.</summary>
internal sealed record JobProgress(JobState State)
{
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How long the job will run, fixed when it starts.</summary>
    public TimeSpan Duration { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why a completed job has no result.</summary>
    public Failure? Failure { get; init; }
}
