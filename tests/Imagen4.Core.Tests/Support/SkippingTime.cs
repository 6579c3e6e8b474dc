using System.Collections.Concurrent;

namespace Imagen4.Core.Tests.Support;

/// <summary>
/// A clock that skips waits: a timer of less than a minute fires at once and moves the clock by its length, a longer one
/// (the deadline of an exchange) never fires, unless <see cref="Deadlines"/> says otherwise. The waits are noted.
/// </summary>
internal sealed class SkippingTime : TimeProvider
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(59);
    private readonly ConcurrentQueue<TimeSpan> _waits = new();
    private readonly ConcurrentDictionary<SkippedTimer, long> _pending = new();
    private long _jumped;
    private long _ticks = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    /// <summary>Every wait that was skipped, in order.</summary>
    public IReadOnlyList<TimeSpan> Waits => [.. _waits];

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Whether long timers fire once the skipped waits have passed them: for one worker only, whose exchanges take no time.</summary>
    public bool Deadlines { get; init; }

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks) + Interlocked.Read(ref _jumped), TimeSpan.Zero);

    /// <summary>Somebody sets the time of day. What was measured goes on as it was.</summary>
    public void Jump(TimeSpan by) => Interlocked.Add(ref _jumped, by.Ticks);

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SkippedTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets the next long timer fire, and the time until then pass.</summary>
    public void PassDeadline()
    {
        if (!_pending.IsEmpty)
        {
            var due = _pending.Values.Min();
            Interlocked.Exchange(ref _ticks, Math.Max(due, GetTimestamp()));
            Pass(GetTimestamp());
        }
    }

    private void Pass(long now)
    {
        foreach (var (timer, due) in _pending)
        {
            if (due <= now && _pending.TryRemove(timer, out _))
            {
                timer.Fire();
            }
        }
    }

    private sealed class SkippedTimer(SkippingTime time, Action fire) : ITimer
    {
        private volatile bool _disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            time._pending.TryRemove(this, out _);
            if (dueTime >= TimeSpan.Zero && dueTime < LongestWait)
            {
                time._waits.Enqueue(dueTime);
                time.Pass(Interlocked.Add(ref time._ticks, dueTime.Ticks));
                ThreadPool.QueueUserWorkItem(_ => Fire());
            }
            else if (time.Deadlines && dueTime > TimeSpan.Zero)
            {
                time._pending[this] = time.GetTimestamp() + dueTime.Ticks;
            }

            return true;
        }

        public void Dispose()
        {
            _disposed = true;
            time._pending.TryRemove(this, out _);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        public void Fire()
        {
            if (!_disposed)
            {
                fire();
            }
        }
    }
}
