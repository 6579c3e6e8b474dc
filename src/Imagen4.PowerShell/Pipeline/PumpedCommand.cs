using System.Diagnostics;
using Imagen4.Core.Pipeline.Work;
using Imagen4.PowerShell.Errors;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>
/// A command whose work runs beside the pipeline. It is the only class that turns what the work says into output,
/// and it does so on the pipeline's thread, because everything else throws or deadlocks.
/// </summary>
public abstract partial class PumpedCommand : RecordCommand, IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    private readonly WorkPump _pump = new();
    private bool _hasFinished;

    /// <summary>How many pieces of work are in progress.</summary>
    protected int Running => _pump.Running;

    /// <summary>Sets how many pieces of work run at once.</summary>
    protected int Limit
    {
        get => _pump.Limit;
        set => _pump.Limit = value;
    }

    /// <summary>Starts a piece of work as soon as there is room, handing on what has come meanwhile.</summary>
    /// <param name="target">The record the work is for.</param>
    /// <param name="work">The work.</param>
    private protected void Start(object? target, Func<StopTokens, Task<object>> work)
    {
        WaitForRoom();
        if (!IsStopped)
        {
            _pump.Start(target, work);
        }
    }

    /// <summary>Waits until a piece of work may start, handing on what comes meanwhile.</summary>
    private protected void WaitForRoom() => UnlessStopped(() =>
    {
        Drain();
        while (!_pump.HasRoom)
        {
            TakeOne();
        }
    });

    /// <summary>Hands on what has come, without waiting.</summary>
    protected void Drain()
    {
        while (_pump.TryTake(out var taken))
        {
            Dispatch(taken);
        }
    }

    /// <summary>Waits for all work and hands on what comes.</summary>
    protected void Finish() => FinishWithin(TimeSpan.MaxValue);

    /// <summary>Waits for work at most this long and hands on what comes.</summary>
    protected void FinishWithin(TimeSpan longest) => UnlessStopped(() =>
    {
        var started = Stopwatch.GetTimestamp();
        while (!_pump.IsIdle && Stopwatch.GetElapsedTime(started) < longest)
        {
            TakeOne();
        }
    });

    /// <summary>Says something from a piece of work, on any thread.</summary>
    private protected void Post(WorkEvent said) => _pump.Post(said);

    /// <summary>Hands something on from a piece of work that goes on, and waits until it has been taken.</summary>
    private protected Task PublishAsync(object value, object? target, CancellationToken cancellation) =>
        _pump.PublishAsync(value, target, cancellation);

    /// <summary>Hands on what a piece of work has come to, or has come to so far.</summary>
    /// <param name="value">What it has come to.</param>
    /// <param name="target">The record it was for.</param>
    protected abstract void Emit(object value, object? target);

    /// <summary>Called several times a second while work is waited for.</summary>
    protected virtual void OnTick()
    {
    }

    /// <summary>Waits for what is in progress, then ends the pipeline.</summary>
    protected void EndWith(Exception error, object? target)
    {
        FinishAll();
        ThrowTerminatingError(ErrorTable.Record(error, target, MyInvocation.MyCommand));
    }

    /// <inheritdoc/>
    protected override void OnEnd() => FinishAll();

    /// <summary>Called once, when all work has been taken, before the command ends one way or another.</summary>
    protected virtual void OnFinished()
    {
    }

    /// <inheritdoc/>
    protected override void OnNextRecord() => UnlessStopped(Drain);

    /// <inheritdoc/>
    protected override void OnStop() => _pump.Stop();

    private void FinishAll()
    {
        Finish();
        if (!_hasFinished)
        {
            _hasFinished = true;
            OnFinished();
        }
    }

    private void TakeOne()
    {
        if (_pump.Take(Tick, out var taken))
        {
            Dispatch(taken);
        }

        OnTick();
    }

    private void Dispatch(WorkEvent taken)
    {
        switch (taken)
        {
            case WorkEvent.Outcome outcome when outcome.Value != WorkPump.Nothing:
                Emit(outcome.Value, outcome.Target);
                break;
            case WorkEvent.Interim interim:
                Emit(interim.Value, interim.Target);
                break;
            case WorkEvent.Fault fault:
                WriteError(fault.Error, fault.Target);
                break;
            case WorkEvent.Warning warning:
                WriteWarning(warning.Text);
                break;
            case WorkEvent.Verbose verbose:
                WriteVerbose(verbose.Text);
                break;
        }
    }

    // A stop is not an error: the engine itself ends the pipeline.
    private void UnlessStopped(Action action)
    {
        try
        {
            action();
        }
        catch (OperationCanceledException) when (IsStopped)
        {
        }
    }
}
