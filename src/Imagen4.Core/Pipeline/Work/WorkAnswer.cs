using System.Runtime.ExceptionServices;

namespace Imagen4.Core.Pipeline.Work;

/// <summary>What the consuming thread has to know before it goes on.</summary>
/// <typeparam name="T">What it is.</typeparam>
public sealed class WorkAnswer<T>
{
    private const int Asking = 0;
    private const int Waited = 1;
    private const int There = 2;

    private T _value = default!;
    private ExceptionDispatchInfo? _error;
    private int _state;

    internal WorkAnswer()
    {
    }

    /// <summary>Whether it has come.</summary>
    public bool IsThere => Volatile.Read(ref _state) == There;

    /// <summary>What has come; an exception is thrown here. To be asked for only once it is there.</summary>
    public T Value
    {
        get
        {
            _error?.Throw();
            return _value;
        }
    }

    /// <summary>Takes note that it is waited for from now on; what comes before that needs no event.</summary>
    internal void Wait() => _ = Interlocked.CompareExchange(ref _state, Waited, Asking);

    /// <summary>Runs what it comes from.</summary>
    /// <returns>Whether somebody waits for it.</returns>
    internal async Task<bool> RunAsync(Func<CancellationToken, ValueTask<T>> ask, CancellationToken cancellation)
    {
        try
        {
            _value = await ask(cancellation).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it is, it is thrown on the thread that has asked.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _error = ExceptionDispatchInfo.Capture(error);
        }

        return Interlocked.Exchange(ref _state, There) == Waited;
    }
}
