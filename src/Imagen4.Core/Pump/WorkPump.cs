using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Imagen4.Core.Pump;

/// <summary>
/// Runs work side by side, up to a limit, and hands what it says to one consuming thread. A piece of work keeps its slot
/// until its outcome has been taken, and says one interim thing at a time, so that what nobody takes cannot pile up.
/// </summary>
/// <remarks>
/// <see cref="Start"/>, <see cref="TryTake"/> and <see cref="Take"/> belong to the consuming thread;
/// <see cref="Post"/>, <see cref="HandOnAsync"/>, <see cref="Stop"/> and <see cref="Dispose"/> may be called on any.
/// </remarks>
public sealed class WorkPump : IDisposable
{
    private readonly BlockingCollection<WorkEvent> _events = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private int _running;
    private int _disposed;

    private int _limit = 1;

    /// <summary>Creates a pump.</summary>
    public WorkPump()
    {
        // Read once: after Dispose the source no longer gives its token out.
        _stopping = _stop.Token;
    }

    /// <summary>How many pieces of work run at once, at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is less than 1.</exception>
    public int Limit
    {
        get => _limit;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _limit = value;
        }
    }

    /// <summary>Whether another piece of work may start.</summary>
    public bool HasRoom => _running < Limit;

    /// <summary>Whether nothing runs and nothing waits to be taken.</summary>
    public bool IsIdle => _running == 0 && _events.Count == 0;

    /// <summary>How many pieces of work run, or have an outcome that has not been taken.</summary>
    public int Running => _running;

    /// <summary>Starts a piece of work. Its outcome comes as a <see cref="WorkEvent.Outcome"/>.</summary>
    /// <param name="target">What the work is for; it comes back with the outcome.</param>
    /// <param name="work">The work.</param>
    /// <exception cref="InvalidOperationException">There is no room.</exception>
    public void Start(object? target, Func<CancellationToken, Task<object>> work)
    {
        if (!HasRoom)
        {
            throw new InvalidOperationException($"{Limit} pieces of work are running.");
        }

        _running++;
        _ = Task.Run(() => RunAsync(target, work), CancellationToken.None);
    }

    /// <summary>Says something from a piece of work.</summary>
    public void Post(WorkEvent said)
    {
        // After the end nobody listens; a late word is dropped, not an error.
        if (!_stopping.IsCancellationRequested)
        {
            _events.Add(said, CancellationToken.None);
        }
    }

    /// <summary>Hands something on from a piece of work that goes on, and waits until it has been taken.</summary>
    /// <param name="value">What is handed on.</param>
    /// <param name="target">What the work is for.</param>
    /// <param name="cancellation">Stops the wait; what is handed on may be taken all the same.</param>
    public async Task HandOnAsync(object value, object? target, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stopping, cancellation);
        var interim = new WorkEvent.Interim(value, target);
        Post(interim);
        await interim.Taken.WaitAsync(either.Token).ConfigureAwait(false);
    }

    /// <summary>Takes the next event if there is one.</summary>
    public bool TryTake([NotNullWhen(true)] out WorkEvent? taken) => Take(TimeSpan.Zero, out taken);

    /// <summary>Takes the next event, waiting for it at most this long.</summary>
    /// <exception cref="OperationCanceledException">The pump has been stopped.</exception>
    public bool Take(TimeSpan longest, [NotNullWhen(true)] out WorkEvent? taken)
    {
        if (!_events.TryTake(out taken, (int)longest.TotalMilliseconds, _stopping))
        {
            return false;
        }

        switch (taken)
        {
            case WorkEvent.Outcome or WorkEvent.Fault:
                _running--;
                break;
            case WorkEvent.Interim interim:
                interim.Acknowledge();
                break;
        }

        return true;
    }

    /// <summary>Asks all work to end. It does not wait.</summary>
    public void Stop()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // A stop and the end of the pipeline may come at once, on two threads.
        }
    }

    /// <summary>Stops the pump for good.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            // The collection is left to the collector: late work may still hold it, and it holds nothing that must be given back.
            Stop();
            _stop.Dispose();
        }
    }

    private async Task RunAsync(object? target, Func<CancellationToken, Task<object>> work)
    {
        WorkEvent end;
        try
        {
            end = new WorkEvent.Outcome(await work(_stopping).ConfigureAwait(false), target);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // An exception that leaves this thread ends the process; every one becomes an event instead.
        catch (Exception error)
#pragma warning restore CA1031
        {
            end = new WorkEvent.Fault(error, target);
        }

        Post(end);
    }
}
