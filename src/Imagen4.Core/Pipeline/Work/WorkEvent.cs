namespace Imagen4.Core.Pipeline.Work;

/// <summary>What work on another thread has to say. Only the thread that takes events may act on them.</summary>
public abstract record WorkEvent
{
    private WorkEvent()
    {
    }

    /// <summary>A piece of work has come to an outcome.</summary>
    /// <param name="Value">The outcome.</param>
    /// <param name="Target">What the work was for.</param>
    public sealed record Outcome(object Value, object? Target) : WorkEvent;

    /// <summary>A piece of work has come to something and goes on.</summary>
    /// <param name="Value">What it has come to.</param>
    /// <param name="Target">What the work is for.</param>
    public sealed record Interim(object Value, object? Target) : WorkEvent
    {
        // The work goes on on its own thread, not on the one that takes.
        private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Ends when it has been taken.</summary>
        internal Task Taken => _taken.Task;

        /// <summary>Lets the work go on.</summary>
        internal void Acknowledge() => _taken.SetResult();
    }

    /// <summary>A piece of work has ended in an exception it was not meant to throw.</summary>
    /// <param name="Error">The exception.</param>
    /// <param name="Target">What the work was for.</param>
    public sealed record Fault(Exception Error, object? Target) : WorkEvent;

    /// <summary>What the consuming thread waits for before it goes on has come.</summary>
    public sealed record Answered : WorkEvent;

    /// <summary>Something worth a warning.</summary>
    /// <param name="Text">One line.</param>
    public sealed record Warning(string Text) : WorkEvent;

    /// <summary>Something worth knowing for who asked for details.</summary>
    /// <param name="Text">One line.</param>
    public sealed record Verbose(string Text) : WorkEvent;
}

/// <summary>How work is asked to end.</summary>
/// <param name="Stopping">Nothing new is begun, and nobody waits any longer.</param>
/// <param name="Abandoning">What cannot be taken back is given up too, a moment later, so that an answer on its way still arrives.</param>
public readonly record struct StopTokens(CancellationToken Stopping, CancellationToken Abandoning);
