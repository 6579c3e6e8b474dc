using Imagen4.Core.Pipeline.Work;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Work;

public sealed class WorkPumpTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    public void A_thousand_pieces_never_run_beyond_the_limit_and_all_come_back(int limit)
    {
        using var pump = new WorkPump { Limit = limit };
        var (running, most) = (0, 0);
        var outcomes = new List<int>();

        for (var number = 0; number < 1000; number++)
        {
            while (!pump.HasRoom)
            {
                outcomes.Add(Outcome(pump));
            }

            var piece = number;
            pump.Start(piece, async _ =>
            {
                var now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                await Task.Yield();
                Interlocked.Decrement(ref running);
                return piece;
            });
        }

        while (!pump.IsIdle)
        {
            outcomes.Add(Outcome(pump));
        }

        Assert.Equal(Enumerable.Range(0, 1000), outcomes.Order());
        Assert.InRange(most, 1, limit);
        Assert.Equal(0, pump.Running);
    }

    [Fact]
    public void An_answer_that_is_there_at_once_is_no_event()
    {
        using var pump = new WorkPump();

        var answer = pump.Ask(_ => ValueTask.FromResult(7));

        Assert.True(answer.IsThere);
        Assert.Equal(7, answer.Value);
        Assert.True(pump.IsIdle);
    }

    [Fact]
    public void An_answer_that_takes_longer_comes_as_an_event_behind_what_came_meanwhile()
    {
        using var pump = new WorkPump();
        var ask = new TaskCompletionSource<int>();

        var answer = pump.Ask(async _ => await ask.Task);
        Assert.False(answer.IsThere);
        pump.Post(new WorkEvent.Warning("meanwhile"));
        ask.SetException(new InvalidOperationException("boom"));

        Assert.True(pump.Take(Within.Deadline, out var first));
        Assert.IsType<WorkEvent.Warning>(first);
        Assert.True(pump.Take(Within.Deadline, out var second));
        Assert.IsType<WorkEvent.Answered>(second);
        Assert.True(answer.IsThere);
        Assert.Equal("boom", Assert.Throws<InvalidOperationException>(() => answer.Value).Message);
    }

    [Fact]
    public async Task An_answer_is_no_longer_asked_for_once_the_pump_is_stopped()
    {
        using var pump = new WorkPump();
        var stopped = new TaskCompletionSource();
        _ = pump.Ask(async stopping =>
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, stopping);
                return 0;
            }
            finally
            {
                stopped.SetResult();
            }
        });

        pump.Stop();

        await stopped.Task.InTime();
        Assert.Throws<OperationCanceledException>(() => pump.Take(Within.Deadline, out _));
    }

    [Fact]
    public async Task A_slot_is_kept_until_its_outcome_is_taken()
    {
        using var pump = new WorkPump { Limit = 1 };
        var ended = new TaskCompletionSource();
        pump.Start("a", _ => { ended.SetResult(); return Task.FromResult<object>(1); });
        await ended.Task.InTime();

        Assert.False(pump.HasRoom);
        Assert.Throws<InvalidOperationException>(() => pump.Start("b", _ => Task.FromResult<object>(2)));

        Assert.Equal(1, Outcome(pump));
        Assert.True(pump.HasRoom);
        Assert.True(pump.IsIdle);
    }

    [Fact]
    public void What_work_says_comes_in_order_and_costs_no_slot()
    {
        using var pump = new WorkPump { Limit = 1 };
        pump.Start("a", _ =>
        {
            pump.Post(new WorkEvent.Verbose("first"));
            pump.Post(new WorkEvent.Warning("second"));
            return Task.FromResult<object>("third");
        });

        Assert.Equal(new WorkEvent.Verbose("first"), Take(pump));
        Assert.Equal(1, pump.Running);
        Assert.Equal(new WorkEvent.Warning("second"), Take(pump));
        Assert.Equal(new WorkEvent.Outcome("third", "a"), Take(pump));
        Assert.False(pump.TryTake(out _));
    }

    [Fact]
    public async Task Work_waits_until_what_it_hands_on_is_taken()
    {
        using var pump = new WorkPump { Limit = 1 };
        // Not on the thread of the work: it would wait for this test, and the test for it.
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var second = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        pump.Start("a", async stop =>
        {
            first.SetResult();
            await pump.PublishAsync(1, "a", stop.Stopping);
            second.SetResult();
            await pump.PublishAsync(2, "a", stop.Stopping);
            return 3;
        });
        await first.Task.InTime();

        Assert.False(second.Task.IsCompleted);
        Assert.Equal(1, Assert.IsType<WorkEvent.Interim>(Take(pump)).Value);
        await second.Task.InTime();
        Assert.Equal(1, pump.Running);
        Assert.Equal(2, Assert.IsType<WorkEvent.Interim>(Take(pump)).Value);
        Assert.Equal(new WorkEvent.Outcome(3, "a"), Take(pump));
        Assert.True(pump.IsIdle);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Work_that_hands_on_to_nobody_ends_with_the_pump_or_its_own_limit(bool stopsPump)
    {
        using var pump = new WorkPump();
        using var limit = new CancellationTokenSource();
        var handing = pump.PublishAsync(1, null, limit.Token);

        if (stopsPump)
        {
            pump.Stop();
        }
        else
        {
            await limit.CancelAsync();
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => handing.InTime());
        pump.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pump.PublishAsync(2, null, CancellationToken.None).InTime());
    }

    [Fact]
    public void An_exception_becomes_an_event_with_its_target_and_frees_the_slot()
    {
        using var pump = new WorkPump { Limit = 3 };
        pump.Start("at once", _ => throw new InvalidOperationException("1"));
        pump.Start("later", async _ => { await Task.Yield(); throw new InvalidOperationException("2"); });
        pump.Start("cancelled by itself", _ => throw new OperationCanceledException("3"));

        var faults = Enumerable.Range(0, 3).Select(_ => Assert.IsType<WorkEvent.Fault>(Take(pump))).ToList();

        Assert.Equal(["1", "2", "3"], faults.Select(fault => fault.Error.Message).Order());
        Assert.Equal(["at once", "cancelled by itself", "later"], faults.Select(fault => (string)fault.Target!).Order());
        Assert.True(pump.IsIdle);
    }

    [Fact]
    public async Task A_stop_reaches_the_work_and_the_taker()
    {
        using var pump = new WorkPump();
        var stopped = new TaskCompletionSource();
        pump.Start(null, async stop =>
        {
            await using var _ = stop.Stopping.Register(stopped.SetResult);
            await Task.Delay(Timeout.Infinite, stop.Stopping);
            return 0;
        });
        var taking = Task.Run(() => pump.Take(Within.Deadline, out _));

        pump.Stop();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taking.InTime());
        await stopped.Task.InTime();
        Assert.ThrowsAny<OperationCanceledException>(() => pump.TryTake(out _));
    }

    [Fact]
    public async Task Work_that_ends_after_the_end_harms_nobody()
    {
        var release = new TaskCompletionSource();
        var ended = new List<Task>();
        var pump = new WorkPump { Limit = 3 };
        foreach (var work in new Func<Task<object>>[] { () => Task.FromResult<object>(1), () => throw new InvalidOperationException(), () => throw new OperationCanceledException() })
        {
            var done = new TaskCompletionSource();
            ended.Add(done.Task);
            pump.Start(null, async _ =>
            {
                try
                {
                    await release.Task;
                    return await work();
                }
                finally
                {
                    done.SetResult();
                }
            });
        }

        pump.Dispose();
        release.SetResult();

        await Task.WhenAll(ended).InTime();
        pump.Post(new WorkEvent.Warning("late"));
        pump.Stop();
        pump.Dispose();
        Assert.ThrowsAny<OperationCanceledException>(() => pump.TryTake(out _));
    }

    [Fact]
    public void Stop_and_dispose_may_race_each_other_and_everything_else()
    {
        for (var round = 0; round < 500; round++)
        {
            var pump = new WorkPump { Limit = 4 };
            for (var piece = 0; piece < 4; piece++)
            {
                pump.Start(piece, async stop =>
                {
                    pump.Post(new WorkEvent.Verbose("x"));
                    await Task.Delay(Timeout.Infinite, stop.Stopping);
                    return 0;
                });
            }

            Parallel.Invoke(pump.Stop, pump.Dispose, pump.Stop, () => pump.Post(new WorkEvent.Verbose("y")), pump.Dispose);
        }
    }

    [Fact]
    public void Work_after_the_end_that_throws_is_told_of_at_once()
    {
        var trouble = WorkPump.RunAfterwards(_ => throw new InvalidOperationException("boom"), TimeSpan.FromMinutes(10));

        Assert.Equal("boom", Assert.IsType<InvalidOperationException>(trouble).Message);
        Assert.Null(WorkPump.RunAfterwards(_ => Task.CompletedTask, TimeSpan.FromMinutes(10)));
    }

    [Fact]
    public void Work_after_the_end_that_takes_too_long_is_told_to_end_and_what_it_says_then_is_heard()
    {
        var trouble = WorkPump.RunAfterwards(
            async limit =>
            {
                await ((Task)Task.Delay(Timeout.Infinite, limit)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw new InvalidOperationException("2 of 3 done");
            },
            TimeSpan.FromMilliseconds(1));

        Assert.Equal("2 of 3 done", trouble!.Message);
    }

    [Fact]
    public async Task Exceptions_that_come_after_a_stop_are_kept_and_so_are_those_nobody_had_taken()
    {
        using var pump = new WorkPump { Limit = 3 };
        var release = new TaskCompletionSource();
        pump.Start(null, _ => throw new InvalidOperationException("before"));
        pump.Start(null, async _ => { await release.Task; throw new InvalidOperationException("after"); });
        pump.Start(null, async stop => { await Task.Delay(Timeout.Infinite, stop.Stopping); return 0; });
        pump.Post(new WorkEvent.Warning("a word"));

        pump.Stop();
        release.SetResult();
        Assert.True(pump.WaitUntilQuiet(Within.Deadline));

        Assert.Equal(["after", "before"], pump.TakeLate().Select(error => error.Message).Order());
        Assert.Empty(pump.TakeLate());
        await release.Task;
    }

    [Fact]
    public void What_work_comes_to_after_a_stop_is_kept_and_so_is_what_nobody_had_taken()
    {
        using var pump = new WorkPump { Limit = 3 };
        var release = new TaskCompletionSource<object>();
        pump.Start(null, _ => Task.FromResult<object>("before"));
        pump.Start(null, _ => release.Task);
        pump.Start(null, _ => throw new InvalidOperationException("wrong"));

        pump.Stop();
        release.SetResult("after");
        Assert.True(pump.WaitUntilQuiet(Within.Deadline));

        Assert.Equal(["after", "before"], pump.TakeUntaken().Cast<string>().Order());
        Assert.Empty(pump.TakeUntaken());
        Assert.Equal("wrong", Assert.Single(pump.TakeLate()).Message);
    }

    [Fact]
    public void A_wait_for_nothing_ends_without_an_event()
    {
        using var pump = new WorkPump();

        Assert.False(pump.Take(TimeSpan.FromMilliseconds(1), out var taken));
        Assert.Null(taken);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_limit_below_one_is_refused(int limit) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkPump { Limit = limit });

    private static int Outcome(WorkPump pump) => (int)Assert.IsType<WorkEvent.Outcome>(Take(pump)).Value;

    private static WorkEvent Take(WorkPump pump)
    {
        Assert.True(pump.Take(Within.Deadline, out var taken));
        return taken!;
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }
}
