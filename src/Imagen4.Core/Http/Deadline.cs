namespace Imagen4.Core.Http;

/// <summary>A time limit on work that can be cancelled as well, and which of the two has ended it.</summary>
internal sealed class Deadline : IDisposable
{
    // What a timer takes: some 49 days. No host keeps a request for longer.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1.0);

    private readonly CancellationTokenSource _limit;
    private readonly CancellationTokenSource _either;

    /// <summary>Starts the clock.</summary>
    /// <param name="limit">The limit, at least a millisecond; null for none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Stops the work before.</param>
    public Deadline(TimeSpan? limit, TimeProvider time, CancellationToken cancellation)
    {
        _limit = limit is { } span ? new CancellationTokenSource(Bounded(span), time) : new CancellationTokenSource();
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _limit.Token);
    }

    /// <summary>Ends the work, when the limit passes or it is cancelled.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Whether the limit has passed.</summary>
    public bool HasPassed => _limit.IsCancellationRequested;

    /// <summary>A limit as a timer takes it.</summary>
    public static TimeSpan Bounded(TimeSpan limit) =>
        limit > Longest ? Longest : limit < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : limit;

    /// <summary>Starts the clock again: the work has shown that it goes on.</summary>
    public void Restart(TimeSpan limit) => _limit.CancelAfter(limit);

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        _limit.Dispose();
    }
}
