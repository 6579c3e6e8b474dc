namespace Imagen4.Torture;

/// <summary>A clock that runs faster than the wall's, so that waits between repeats do not make a run long.</summary>
/// <param name="factor">How much faster.</param>
internal sealed class FastTime(int factor) : TimeProvider
{
    private readonly DateTimeOffset _started = System.GetUtcNow();
    private readonly long _from = System.GetTimestamp();

    /// <summary>How much faster.</summary>
    public int Factor => factor;

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => _from + ((System.GetTimestamp() - _from) * factor);

    public override DateTimeOffset GetUtcNow() => _started + (System.GetElapsedTime(_from) * factor);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Shorter(dueTime), Shorter(period));

    private TimeSpan Shorter(TimeSpan span) => span <= TimeSpan.Zero ? span : TimeSpan.FromMilliseconds(Math.Max(1, span.TotalMilliseconds / factor));
}
