namespace Imagen4.Core.Pipeline.Waiting;

/// <summary>
/// Bounds how often one host is asked about all the requests that wait for it: a leaky bucket (the generic cell rate algorithm of
/// ITU-T I.371), so that thousands in flight are no flood, and a few are not held up.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class PollRate(TimeProvider time)
{
    /// <summary>Reads a second, of one host by one process.</summary>
    internal const int Most = 200;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1) / Most;

    // What has not been used for a quarter of a second may be used at once.
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly long _began = time.GetTimestamp();
    private TimeSpan _due;

    /// <summary>Waits until the host may be asked; in turn, where many wait.</summary>
    /// <param name="cancellation">Ends the wait. Its turn passes unused.</param>
    public Task TakeAsync(CancellationToken cancellation)
    {
        TimeSpan wait;
        lock (_lock)
        {
            var now = time.GetElapsedTime(_began);
            wait = _due - Burst - now;
            _due = (_due > now ? _due : now) + Interval;
        }

        return wait > TimeSpan.Zero ? Task.Delay(wait, time, cancellation) : Task.CompletedTask;
    }
}
