using System.Collections.Concurrent;

namespace Imagen4.Core.Tests.Support;

/// <summary>
/// A clock that skips waits: a timer of less than a minute fires at once and moves the clock by its length, a longer one
/// (the deadline of an exchange) never fires. The waits are noted.
/// </summary>
internal sealed class SkippingTime : TimeProvider
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(59);
    private readonly ConcurrentQueue<TimeSpan> _waits = new();
    private long _ticks = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    /// <summary>Every wait that was skipped, in order.</summary>
    public IReadOnlyList<TimeSpan> Waits => [.. _waits];

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SkippedTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class SkippedTimer(SkippingTime time, Action fire) : ITimer
    {
        private volatile bool _disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime >= TimeSpan.Zero && dueTime < LongestWait)
            {
                time._waits.Enqueue(dueTime);
                Interlocked.Add(ref time._ticks, dueTime.Ticks);
                ThreadPool.QueueUserWorkItem(_ => Fire());
            }

            return true;
        }

        public void Dispose() => _disposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire()
        {
            if (!_disposed)
            {
                fire();
            }
        }
    }
}
