namespace Imagen4.Core.Pump;

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

    /// <summary>A piece of work has ended in an exception it was not meant to throw.</summary>
    /// <param name="Error">The exception.</param>
    /// <param name="Target">What the work was for.</param>
    public sealed record Fault(Exception Error, object? Target) : WorkEvent;

    /// <summary>Something worth a warning.</summary>
    /// <param name="Text">One line.</param>
    public sealed record Warning(string Text) : WorkEvent;

    /// <summary>Something worth knowing for who asked for details.</summary>
    /// <param name="Text">One line.</param>
    public sealed record Verbose(string Text) : WorkEvent;
}
