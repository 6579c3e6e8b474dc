namespace Imagen4.Core.Tests.Support;

/// <summary>A clock that stands still until the test moves it.</summary>
internal sealed class ManualTime : TimeProvider
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(59);
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private TimeSpan _jumped;
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now + _jumped;
        }
    }

    public override long GetTimestamp()
    {
        lock (_lock)
        {
            return _now.Ticks;
        }
    }

    /// <summary>Somebody sets the time of day. What was measured goes on as it was.</summary>
    public void Jump(TimeSpan by)
    {
        lock (_lock)
        {
            _jumped += by;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Waits until exactly this many waits are under way. The deadlines of exchanges, a minute and more, do not count.</summary>
    public Task WaitsAsync(int count) => WaitsAsync(count, LongestWait);

    /// <summary>Waits until exactly this many waits that are shorter than a time are under way.</summary>
    public async Task WaitsAsync(int count, TimeSpan longest)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_timers.Count(timer => timer.Length < longest) == count)
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.InTime();
        }
    }

    public void Advance(TimeSpan by)
    {
        List<ManualTimer> due;
        lock (_lock)
        {
            _now += by;
            due = [.. _timers.Where(timer => timer.Due <= _now)];
            due.ForEach(timer => _timers.Remove(timer));
            Changed();
        }

        due.ForEach(timer => timer.Fire());
    }

    private void Changed()
    {
        _changed.SetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class ManualTimer(ManualTime time, Action fire) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public TimeSpan Length { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    (Due, Length) = (time._now + dueTime, dueTime);
                    time._timers.Add(this);
                }

                time.Changed();
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
