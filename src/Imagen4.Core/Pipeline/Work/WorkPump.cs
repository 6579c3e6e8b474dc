using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Work;

/// <summary>
/// Runs work side by side, up to a limit, and hands what it says to one consuming thread. A piece of work keeps its slot
/// until its outcome has been taken, and says one interim thing at a time, so that what nobody takes cannot pile up.
/// </summary>
/// <remarks>
/// <see cref="Start"/>, <see cref="TryTake"/> and <see cref="Take"/> belong to the consuming thread;
/// <see cref="Post"/>, <see cref="PublishAsync"/>, <see cref="Stop"/> and <see cref="Dispose"/> may be called on any.
/// </remarks>
public sealed class WorkPump : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(0.8);

    private readonly BlockingCollection<WorkEvent> _events = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abandon = new();
    private readonly CancellationToken _stopping;
    private readonly StopTokens _given;
    private readonly CountdownEvent _active = new(1);
    private readonly ConcurrentQueue<Exception> _late = new();
    private readonly ConcurrentQueue<object> _untaken = new();
    private int _running;
    private int _closed;
    private int _disposed;

    private int _limit = 1;

    /// <summary>Creates a pump.</summary>
    public WorkPump()
    {
        // Read once: after Dispose the source no longer gives its token out.
        _stopping = _stop.Token;
        _given = new StopTokens(_stopping, _abandon.Token);
    }

    /// <summary>The outcome of work that was not begun after all: there is nothing to be said about it.</summary>
    public static object Nothing { get; } = new();

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
    public void Start(object? target, Func<StopTokens, Task<object>> work)
    {
        if (!HasRoom)
        {
            throw new InvalidOperationException($"{Limit} pieces of work are running.");
        }

        _running++;
        _active.AddCount();
        _ = Task.Run(() => RunAsync(target, work), CancellationToken.None);
    }

    /// <summary>
    /// Asks for what the consuming thread has to know before it goes on. It begins on this thread; where it takes longer, its end is an
    /// event, so that what comes meanwhile can be taken.
    /// </summary>
    /// <param name="ask">What is asked; it is stopped with the pump.</param>
    public WorkAnswer<T> Ask<T>(Func<CancellationToken, ValueTask<T>> ask)
    {
        var answer = new WorkAnswer<T>();
        _ = AnswerAsync(answer, ask);
        answer.Wait();
        return answer;
    }

    /// <summary>Says something from a piece of work.</summary>
    public void Post(WorkEvent said)
    {
        // After the end, late output is dropped, except for what work has come to.
        if (!_stopping.IsCancellationRequested)
        {
            _events.Add(said, CancellationToken.None);
        }
        else if (said is WorkEvent.Fault fault)
        {
            _late.Enqueue(fault.Error);
        }
        else if (said is WorkEvent.Outcome outcome)
        {
            _untaken.Enqueue(outcome.Value);
        }
    }

    /// <summary>What work has come to that nobody has taken. Call it on the consuming thread, after a stop.</summary>
    public IReadOnlyList<object> TakeUntaken()
    {
        while (_events.TryTake(out var left))
        {
            switch (left)
            {
                case WorkEvent.Fault fault:
                    _late.Enqueue(fault.Error);
                    break;
                case WorkEvent.Outcome outcome:
                    _untaken.Enqueue(outcome.Value);
                    break;
            }
        }

        var untaken = new List<object>();
        while (_untaken.TryDequeue(out var value))
        {
            untaken.Add(value);
        }

        return untaken;
    }

    /// <summary>The exceptions of work that came too late to be taken as events. Call it on the consuming thread, after a stop.</summary>
    public IReadOnlyList<Exception> TakeLate()
    {
        while (_events.TryTake(out var left))
        {
            if (left is WorkEvent.Fault fault)
            {
                _late.Enqueue(fault.Error);
            }
        }

        var late = new List<Exception>();
        while (_late.TryDequeue(out var error))
        {
            late.Add(error);
        }

        return late;
    }

    /// <summary>Hands something on from a piece of work that goes on, and waits until it has been taken.</summary>
    /// <param name="value">What is handed on.</param>
    /// <param name="target">What the work is for.</param>
    /// <param name="cancellation">Stops the wait; what is handed on may be taken all the same.</param>
    public async Task PublishAsync(object value, object? target, CancellationToken cancellation)
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
#pragma warning disable RS0030 // The pipeline's thread has nothing to do but to wait for the next event.
        if (!_events.TryTake(out taken, (int)longest.TotalMilliseconds, _stopping))
#pragma warning restore RS0030
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

    /// <summary>Asks all work to end. It does not wait; what cannot be taken back is given up after 0.8 seconds.</summary>
    public void Stop()
    {
        try
        {
            _stop.Cancel();
            _abandon.CancelAfter(Grace);
        }
        catch (ObjectDisposedException)
        {
            // A stop and the end of the pipeline may come at once, on two threads.
        }
    }

    /// <summary>Waits on the consuming thread until no work is in progress, handing nothing on.</summary>
    /// <param name="longest">The longest it waits.</param>
    /// <returns>Whether none is.</returns>
    public bool WaitUntilQuiet(TimeSpan longest)
    {
        // One count is the pump's own, so that there is something to count down from.
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            _ = _active.Signal();
        }

#pragma warning disable RS0030 // The pipeline's thread must not leave the command before its work has ended.
        return _active.Wait(longest);
#pragma warning restore RS0030
    }

    /// <summary>Runs work after the pump was stopped, and waits for it on the consuming thread.</summary>
    /// <param name="work">The work. When its time is over it is asked to end, and has a moment to do so.</param>
    /// <param name="longest">The longest it may take.</param>
    /// <returns>What went wrong with it, or null.</returns>
    public static Exception? RunAfterwards(Func<CancellationToken, Task> work, TimeSpan longest)
    {
        using var limit = new CancellationTokenSource(longest, TimeProvider.System);
        var done = new BlockingCollection<Exception?>();
        var token = limit.Token;
        _ = Task.Run(
            async () => done.Add(await TroubleAsync(work, token).ConfigureAwait(false), CancellationToken.None), CancellationToken.None);
#pragma warning disable RS0030 // After a stop PowerShell gives the pipeline's thread no other way to wait.
        return done.TryTake(out var trouble, longest + Grace)
#pragma warning restore RS0030
            ? trouble
            : new TimeoutException(Messages.TransferTooLong.With(longest.TotalSeconds));
    }

    private static async Task<Exception?> TroubleAsync(Func<CancellationToken, Task> work, CancellationToken limit)
    {
        try
        {
            await work(limit).ConfigureAwait(false);
            return null;
        }
#pragma warning disable CA1031 // Whatever it is, the caller is told.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return error;
        }
    }

    /// <summary>Stops the pump for good.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            // The collection is left to the collector: late work may still hold it, and it holds nothing that must be given back.
            Stop();
            _abandon.Cancel();
            _stop.Dispose();
            _abandon.Dispose();
        }
    }

    private async Task AnswerAsync<T>(WorkAnswer<T> answer, Func<CancellationToken, ValueTask<T>> ask)
    {
        if (await answer.RunAsync(ask, _stopping).ConfigureAwait(false))
        {
            Post(new WorkEvent.Answered());
        }
    }

    private async Task RunAsync(object? target, Func<StopTokens, Task<object>> work)
    {
        WorkEvent end;
        try
        {
            end = new WorkEvent.Outcome(await work(_given).ConfigureAwait(false), target);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            _ = _active.Signal();
            return;
        }
#pragma warning disable CA1031 // An exception that leaves this thread ends the process; every one becomes an event instead.
        catch (Exception error)
#pragma warning restore CA1031
        {
            end = new WorkEvent.Fault(error, target);
        }

        Post(end);
        _ = _active.Signal();
    }
}
