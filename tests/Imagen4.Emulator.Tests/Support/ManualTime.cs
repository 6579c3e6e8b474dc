using Microsoft.Extensions.Time.Testing;

namespace Imagen4.Emulator.Tests.Support;

/// <summary>The fake clock, which stands still until the test moves it, and which counts the timers that fired.</summary>
internal sealed class ManualTime() : FakeTimeProvider(new DateTimeOffset(2026, 4, 1, 12, 0, 0, TimeSpan.Zero))
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private int _fired;

    /// <summary>How many timers have fired.</summary>
    public int Fired => Volatile.Read(ref _fired);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(
        _ =>
        {
            Interlocked.Increment(ref _fired);
            callback(state);
        },
        state: null,
        dueTime,
        period);

    /// <summary>Moves second by second: what a timer starts on the way gets its share of the time.</summary>
    public void Advance(double seconds)
    {
        var end = GetUtcNow() + TimeSpan.FromSeconds(seconds);
        for (var left = end - GetUtcNow(); left > TimeSpan.Zero; left = end - GetUtcNow())
        {
            Advance(left < Second ? left : Second);
        }
    }
}
