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

    /// <summary>A permit of the process.</summary>
    public LargeResultPermit(TimeProvider time)
        : this(time, OfProcess)
    {
    }

    /// <summary>Whether nobody says the result again, so that whoever stops or runs out of time does not lose it here.</summary>
    public bool IsOnlyAnswer { get; init; }

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
        catch (OperationCanceledException) when (IsOnlyAnswer || !cancellation.IsCancellationRequested)
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
