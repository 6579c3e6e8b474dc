using Imagen4.Core.Pipeline.Work;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Work;

public sealed class HostSlotsTests
{
    private readonly HostSlots _slots = new();

    [Fact]
    public async Task Every_provider_has_its_own_limit_and_its_own_line()
    {
        _slots.Add("narrow", 2);
        _slots.Add("wide", 40);
        var (narrow, wide) = (new Work(), new Work());

        var all = Enumerable.Range(0, 50).SelectMany(_ => (Task<object>[])[narrow.In(_slots, "NARROW"), wide.In(_slots, "wide")]).ToList();

        Assert.Equal((2, 40, 58), (narrow.Running, wide.Running, _slots.Waiting));
        Assert.Equal((true, 42), (_slots.AreSeveral, _slots.Total));
        narrow.End();
        wide.End();
        await Task.WhenAll(all).InTime();
        Assert.Equal((2, 40, 0), (narrow.Peak, wide.Peak, _slots.Waiting));
    }

    [Fact]
    public async Task The_first_in_line_is_the_first_to_run()
    {
        _slots.Add("one", 1);
        var order = new List<int>();
        var first = new TaskCompletionSource<object>();
        var running = new List<Task<object>> { _slots.RunAsync(_slots.Enter("one"), () => first.Task, CancellationToken.None) };
        running.AddRange(Enumerable.Range(0, 10).Select(number => _slots.RunAsync(_slots.Enter("one"), () => { order.Add(number); return first.Task; }, CancellationToken.None)));

        first.SetResult(new object());

        await Task.WhenAll(running).InTime();
        Assert.Equal(Enumerable.Range(0, 10), order);
    }

    [Fact]
    public async Task A_place_that_is_given_up_goes_to_the_next_while_its_work_goes_on()
    {
        _slots.Add("one", 1);
        var (saving, next) = (new Work(), new Work());
        var slot = _slots.Enter("one");
        var first = _slots.RunAsync(slot, saving.RunAsync, CancellationToken.None);
        var second = next.In(_slots, "one");
        var third = next.In(_slots, "one");
        Assert.Equal((1, 0, 2), (saving.Running, next.Running, _slots.Waiting));

        slot.Release();
        slot.Release();

        await next.HasBegun.InTime();
        Assert.Equal((1, 1, 1), (saving.Running, next.Running, _slots.Waiting));
        saving.End();
        _ = await first.InTime();
        Assert.Equal((1, 1), (next.Running, _slots.Waiting));
        next.End();
        await Task.WhenAll(second, third).InTime();
        Assert.Equal(1, next.Peak);
    }

    [Fact]
    public async Task A_shared_limit_is_that_of_all_providers_together()
    {
        _slots.Add("one", 2, isShared: true);
        _slots.Add("other", 2, isShared: true);
        var work = new Work();

        var all = Enumerable.Range(0, 4).SelectMany(_ => (Task<object>[])[work.In(_slots, "one"), work.In(_slots, "other")]).ToList();

        Assert.Equal((2, 6, 2, true), (work.Running, _slots.Waiting, _slots.Total, _slots.AreSeveral));
        work.End();
        await Task.WhenAll(all).InTime();
        Assert.Equal(2, work.Peak);
    }

    [Fact]
    public async Task What_waits_ends_with_a_stop_and_its_place_goes_to_the_next()
    {
        _slots.Add("one", 1);
        using var stop = new CancellationTokenSource();
        var (first, work) = (new Work(), new Work());
        var running = first.In(_slots, "one");
        var stopped = _slots.RunAsync(_slots.Enter("one"), () => throw new InvalidOperationException("It was not to be begun."), stop.Token);
        var next = work.In(_slots, "one");

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
        first.End();
        work.End();
        await Task.WhenAll(running, next).InTime();
        Assert.Equal(1, work.Peak);
    }

    [Fact]
    public async Task Work_that_fails_gives_its_place_back()
    {
        _slots.Add("one", 1);
        var work = new Work();

        await Assert.ThrowsAsync<IOException>(() => _slots.RunAsync(_slots.Enter("one"), () => throw new IOException("no"), CancellationToken.None));

        work.End();
        await work.In(_slots, "one").InTime();
    }

    [Fact]
    public async Task Closed_it_begins_nothing_more_and_what_runs_goes_on()
    {
        _slots.Add("one", 1);
        var work = new Work();
        var running = work.In(_slots, "one");
        var waiting = _slots.RunAsync(_slots.Enter("one"), () => throw new InvalidOperationException("It was not to be begun."), CancellationToken.None);

        _slots.Close();

        Assert.Same(WorkPump.Nothing, await waiting.InTime());
        Assert.Same(WorkPump.Nothing, await _slots.RunAsync(_slots.Enter("one"), () => throw new InvalidOperationException("Nor this."), CancellationToken.None).InTime());
        Assert.False(running.IsCompleted);
        work.End();
        Assert.NotSame(WorkPump.Nothing, await running.InTime());
    }

    private sealed class Work
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _lock = new();

        public Task HasBegun => _begun.Task;

        public int Running { get; private set; }

        public int Peak { get; private set; }

        public void End() => _end.SetResult();

        public Task<object> In(HostSlots slots, string provider) => slots.RunAsync(slots.Enter(provider), RunAsync, CancellationToken.None);

        public async Task<object> RunAsync()
        {
            lock (_lock)
            {
                Peak = Math.Max(Peak, ++Running);
            }

            _ = _begun.TrySetResult();
            await _end.Task;
            lock (_lock)
            {
                Running--;
            }

            return this;
        }
    }
}
