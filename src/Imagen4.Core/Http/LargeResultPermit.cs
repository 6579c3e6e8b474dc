namespace Imagen4.Core.Http;

/// <summary>
/// Lets few results of the process at a time take much memory, each from the moment it has arrived until it has been understood. Other
/// results need no permit.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="few">Counts them.</param>
internal sealed class LargeResultPermit(TimeProvider time, SemaphoreSlim few) : IDisposable
{
    // Whatever delays the others must not cost a result its deadline: it has been paid for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly SemaphoreSlim OfProcess = new(2);

    private bool _isAsked;
    private bool _isHeld;

    /// <summary>Stands for a permit where a result must not wait for one.</summary>
    public static LargeResultPermit NotNeeded { get; } = new(TimeProvider.System) { _isAsked = true };

    /// <summary>A permit of the process.</summary>
    public LargeResultPermit(TimeProvider time)
        : this(time, OfProcess)
    {
    }

    /// <summary>Waits for the permit, once, and for a while; then the result is read all the same.</summary>
    public async ValueTask AcquireAsync(CancellationToken cancellation)
    {
        if (_isAsked)
        {
            return;
        }

        _isAsked = true;
        using var patience = new Deadline(Patience, time, cancellation);
        try
        {
            await few.WaitAsync(patience.Token).ConfigureAwait(false);
            _isHeld = true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // To hold more for a moment is better than to lose it.
        }
    }

    /// <summary>Gives it up where reading has failed: before the next attempt there may be a pause.</summary>
    public void Release()
    {
        if (_isHeld)
        {
            (_isHeld, _isAsked) = (false, false);
            _ = few.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Release();
}
