namespace Imagen4.Core.Batch;

/// <summary>Limits how long a host may be asked about one request, repetitions included.</summary>
/// <param name="limit">The limit; zero for none.</param>
internal sealed class HostDeadline(TimeSpan limit)
{
    // What a timer takes: some 49 days.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>Asks.</summary>
    /// <param name="host">The name of the machine that is asked.</param>
    /// <param name="requestId">The request, where it has an id.</param>
    /// <param name="ask">Asks.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="HostUnavailableException">The time has passed.</exception>
    public async Task<T> RunAsync<T>(string host, string? requestId, Func<CancellationToken, Task<T>> ask, CancellationToken cancellation)
    {
        using var within = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (limit > TimeSpan.Zero)
        {
            within.CancelAfter(limit < LongestTimer ? limit : LongestTimer);
        }

        try
        {
            return await ask(within.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new HostUnavailableException(Messages.HostTimedOut.With(host, limit.TotalSeconds), error) { RequestId = requestId };
        }
    }
}
