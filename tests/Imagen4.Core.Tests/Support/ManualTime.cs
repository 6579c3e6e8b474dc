using Microsoft.Extensions.Time.Testing;

namespace Imagen4.Core.Tests.Support;

/// <summary>The fake clock, which stands still until the test moves it, and on which a test can wait for the waits of others.</summary>
internal sealed class ManualTime() : FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(59);
    private readonly Lock _lock = new();
    private readonly Dictionary<NotedTimer, TimeSpan> _waits = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _jumped;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _jumped));

    public override long GetTimestamp() => base.GetUtcNow().Ticks;

    /// <summary>Somebody sets the time of day. What was measured goes on as it was, which AdjustTime does not keep.</summary>
    public void Jump(TimeSpan by) => Interlocked.Add(ref _jumped, by.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new NotedTimer(this);
        timer.Wraps(base.CreateTimer(
            _ =>
            {
                Note(timer, Timeout.InfiniteTimeSpan);
                callback(state);
            },
            state: null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan));
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
                if (_waits.Values.Count(length => length < longest) == count)
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.InTime();
        }
    }

    private void Note(NotedTimer timer, TimeSpan length)
    {
        lock (_lock)
        {
            _waits.Remove(timer);
            if (length != Timeout.InfiniteTimeSpan)
            {
                _waits.Add(timer, length);
            }

            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private sealed class NotedTimer(ManualTime time) : ITimer
    {
        private ITimer _timer = null!;

        public void Wraps(ITimer timer) => _timer = timer;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            // At once: whoever sees the wait may move the clock, and it has to be set by then.
            lock (time._lock)
            {
                time.Note(this, dueTime);
                return _timer.Change(dueTime, period);
            }
        }

        public void Dispose()
        {
            time.Note(this, Timeout.InfiniteTimeSpan);
            _timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
