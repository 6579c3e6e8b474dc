namespace Imagen4.Core.Pipeline.Waiting;

/// <summary>
/// How long the requests of a model have recently taken, from their acceptance until the host was done: when it is worth asking for the
/// next one. Smoothed as TCP smooths its round-trip times (RFC 6298, 2), so that it follows a change within some ten requests.
/// </summary>
internal sealed class CompletionPace
{
    private const double MeanGain = 1 / 8.0;
    private const double DeviationGain = 1 / 4.0;

    // Of the deviation, between two asks. Where requests take long, the asks that were saved before (against two a second) are spent
    // here: this many seconds for a deviation as large as the mean.
    private const double Step = 0.6;
    private const double Budget = 1.25;

    // How many deviations after the mean a request is late, and by which share of that it is asked for less and less often.
    private const double Late = 4;
    private const double LateStep = 0.4;

    // Of what a request takes: a mean is divided by.
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private TimeSpan? _mean;
    private TimeSpan _deviation;

    /// <summary>Takes note of a request that has ended.</summary>
    /// <param name="taken">How long it took.</param>
    public void Add(TimeSpan taken)
    {
        lock (_lock)
        {
            taken = taken < Least ? Least : taken;
            if (_mean is not { } mean)
            {
                (_mean, _deviation) = (taken, taken / 2);
                return;
            }

            _deviation += ((taken - mean).Duration() - _deviation) * DeviationGain;
            _mean = mean + ((taken - mean) * MeanGain);
        }
    }

    /// <summary>How long to wait before a request is asked for.</summary>
    /// <param name="elapsed">The time since its acceptance.</param>
    /// <returns>The wait; null where no request of the model has ended yet.</returns>
    public TimeSpan? Pause(TimeSpan elapsed)
    {
        lock (_lock)
        {
            if (_mean is not { } mean)
            {
                return null;
            }

            // One that fails at once, or is cancelled, is not noticed as late as one that takes its time.
            var early = mean - _deviation - elapsed;
            if (early > TimeSpan.Zero)
            {
                return early < PollSchedule.Longest ? early : PollSchedule.Longest;
            }

            var late = elapsed - mean - (_deviation * Late);
            var step = Math.Min(_deviation.TotalSeconds * Step, Budget * (_deviation / mean));
            var pause = TimeSpan.FromSeconds(Math.Max(step, late.TotalSeconds * LateStep));
            return pause < Shortest ? Shortest : pause > PollSchedule.Longest ? PollSchedule.Longest : pause;
        }
    }
}
