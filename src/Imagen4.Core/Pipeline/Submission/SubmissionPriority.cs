namespace Imagen4.Core.Pipeline.Submission;

/// <summary>
/// Lets the rows that have their turn be submitted before the images of others are saved. Both need the processor, and only the first
/// gives the host something to do meanwhile.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class SubmissionPriority(TimeProvider time)
{
    // A row may have files to upload, or a host that throttles it: images are not kept from the disk for that.
    private static readonly TimeSpan LongestYield = TimeSpan.FromMilliseconds(250);

    // Where rows are always being submitted, waiting for them to be gains nothing, and only makes images pile up.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private int _open;
    private long? _ranOut;
    private TaskCompletionSource? _idle;

    /// <summary>Says that a row is about to be submitted.</summary>
    public SubmissionTurn Enter()
    {
        lock (_lock)
        {
            _open++;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return new SubmissionTurn(this);
    }

    /// <summary>
    /// Waits until every row that has its turn is submitted, a quarter of a second at most. Once that has not been enough, nobody waits
    /// for some seconds.
    /// </summary>
    public async ValueTask YieldAsync(CancellationToken cancellation)
    {
        if (Idle is not { } idle)
        {
            return;
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var isIdle = await Task.WhenAny(idle, Task.Delay(LongestYield, time, enough.Token)).ConfigureAwait(false) == idle;
        if (!isIdle)
        {
            lock (_lock)
            {
                _ranOut = time.GetTimestamp();
            }
        }

        await enough.CancelAsync().ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
    }

    private Task? Idle
    {
        get
        {
            lock (_lock)
            {
                var isPaused = _ranOut is { } ranOut && time.GetElapsedTime(ranOut) < Pause;
                var awaited = isPaused ? null : _idle;
                return awaited?.Task;
            }
        }
    }

    internal void Leave()
    {
        TaskCompletionSource? idle = null;
        lock (_lock)
        {
            if (--_open == 0)
            {
                (idle, _idle) = (_idle, null);
            }
        }

        idle?.SetResult();
    }
}

/// <summary>The turn of a row that is about to be submitted. It ends once its POST is on its way, or the row needs none.</summary>
internal sealed class SubmissionTurn(SubmissionPriority priority) : IDisposable
{
    private int _hasEnded;

    /// <summary>Ends it; again, does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
        {
            priority.Leave();
        }
    }
}
