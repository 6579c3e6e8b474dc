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
