namespace Imagen4.Core.Waiting;

/// <summary>
/// How long to wait before asking again: soon at first, because most images take seconds, then less and less often.
/// </summary>
internal sealed class PollSchedule
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2.5);
    private const double Growth = 1.4;

    private TimeSpan _next = First;

    /// <summary>The longest wait of the schedule, for what should have time to pass.</summary>
    public static TimeSpan Last() => Spread(Longest);

    /// <summary>The next wait, with a fifth of jitter so that many waits do not fall together.</summary>
    public TimeSpan Next()
    {
        var wait = Spread(_next);
        _next = TimeSpan.FromTicks(Math.Min((_next * Growth).Ticks, Longest.Ticks));
        return wait;
    }

    private static TimeSpan Spread(TimeSpan wait) => wait * (0.9 + (0.2 * Random.Shared.NextDouble()));
}
