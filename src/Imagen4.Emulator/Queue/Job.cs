using System.Text.Json;
using Imagen4.Emulator.Fal;
using Imagen4.Emulator.Generation;

namespace Imagen4.Emulator.Queue;

/// <summary>One accepted request, from its submission until it is forgotten.</summary>
internal sealed class Job(string requestId, EndpointId endpoint, GenerationPlan plan, DateTimeOffset submittedAt)
{
    private readonly Lock _gate = new();
    private volatile JobProgress _progress = new(JobState.InQueue);
    private TaskCompletionSource? _change;

    public string RequestId { get; } = requestId;

    public EndpointId Endpoint { get; } = endpoint;

    public GenerationPlan Plan { get; } = plan;

    public DateTimeOffset SubmittedAt { get; } = submittedAt;

    /// <summary>One of <see cref="HostName"/>.</summary>
    public string Host { get; init; } = HostName.Fal;

    public QueueSettings Settings { get; init; } = QueueSettings.None;

    /// <summary>The input as it came.</summary>
    public JsonElement Input { get; init; }

    public JobProgress Progress => _progress;

    public void MoveTo(JobProgress progress)
    {
        TaskCompletionSource? change;
        lock (_gate)
        {
            _progress = progress;
            change = _change;
            _change = null;
        }

        change?.TrySetResult();
    }

    public async Task WaitForEndAsync(CancellationToken cancellationToken)
    {
        while (Progress is { State: not JobState.Completed } seen)
        {
            await WhenChangedFromAsync(seen).WaitAsync(cancellationToken);
        }
    }

    /// <summary>Completes once the progress is no longer the one that the caller has seen.</summary>
    public Task WhenChangedFromAsync(JobProgress seen)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_progress, seen))
            {
                return Task.CompletedTask;
            }

            // Continuations run elsewhere: MoveTo is called under the queue's lock.
            _change ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _change.Task;
        }
    }
}

/// <summary>The three states of the queue. A job that failed or was cancelled is completed too.</summary>
internal enum JobState
{
    InQueue,
    InProgress,
    Completed,
}

/// <summary>The progress of a job. It is replaced at every step, so that readers need no lock.</summary>
internal sealed record JobProgress(JobState State)
{
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How long the job will run, fixed when it starts.</summary>
    public TimeSpan Duration { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why a completed job has no result.</summary>
    public Failure? Failure { get; init; }
}

/// <summary>What a job has logged by a given moment. Computed from its times, so that no job has to store or schedule lines.</summary>
internal static class JobLog
{
    private const int ProgressLines = 4;

    public static IReadOnlyList<LogEntry> Until(Job job, DateTimeOffset now)
    {
        var progress = job.Progress;
        var entries = new List<LogEntry>(ProgressLines + 2);
        if (progress.StartedAt is { } started)
        {
            entries.Add(Line($"Generating with {job.Endpoint}", "INFO", started));
            var horizon = progress.EndedAt ?? now;
            for (var i = 1; i < ProgressLines; i++)
            {
                var at = started + (progress.Duration * i / ProgressLines);
                if (at <= horizon && progress.Duration > TimeSpan.Zero)
                {
                    entries.Add(Line($"Sampling: {100 * i / ProgressLines} %", "DEBUG", at));
                }
            }
        }

        if (progress.EndedAt is { } ended)
        {
            entries.Add(progress.Failure is { } failure
                ? Line(failure.Message, "ERROR", ended)
                : Line($"Finished with {job.Plan.Images.Count} image(s)", "INFO", ended));
        }

        return entries;
    }

    private static LogEntry Line(string message, string level, DateTimeOffset at) => new(message, level, "run", at.UtcDateTime);
}

/// <summary>One line of a job's log, as the status answers carry it.</summary>
internal sealed record LogEntry(string Message, string Level, string Source, DateTime Timestamp);
