namespace Imagen4.PowerShell.Pipeline;

/// <content>The end of the command, whether its work has ended or not.</content>
public abstract partial class PumpedCommand
{
    // The pump's own grace, and the time to write down what has become of what it was for.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    private bool _isDisposed;

    /// <summary>Stops what is in progress: Select-Object -First and a failing command downstream call nothing else.</summary>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            var wasIdle = _pump.IsIdle;
            _pump.Stop();
            if (!_pump.WaitUntilQuiet(Settling) || !wasIdle)
            {
                OnCutShort(_pump.TakeUntaken());
            }

            OnLeft();
            foreach (var error in _pump.TakeLate())
            {
                AfterStop.Say(Host, error);
            }

            _pump.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Called when the command ended before its work did; the pipeline takes nothing any more.</summary>
    /// <param name="untaken">What work has come to that was not taken.</param>
    protected virtual void OnCutShort(IReadOnlyList<object> untaken)
    {
    }

    /// <summary>Called as the last, however the command ended; the pipeline takes nothing any more.</summary>
    protected virtual void OnLeft()
    {
    }
}
