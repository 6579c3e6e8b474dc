using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Submission;

/// <summary>What is to be submitted goes before what is to be saved.</summary>
public sealed class SubmissionPriorityTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Where_nothing_is_to_be_submitted_nobody_waits()
    {
        var priority = new SubmissionPriority(_time);
        priority.Enter().Dispose();

        Assert.True(priority.YieldAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Images_are_saved_once_the_last_row_that_has_its_turn_is_submitted()
    {
        var priority = new SubmissionPriority(_time);
        using var first = priority.Enter();
        using var second = priority.Enter();
        var saving = priority.YieldAsync(CancellationToken.None).AsTask();

        first.Dispose();
        first.Dispose();
        Assert.False(saving.IsCompleted);
        second.Dispose();

        await saving.InTime();
        Assert.True(priority.YieldAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_row_that_takes_long_keeps_no_image_from_the_disk_for_more_than_a_quarter_of_a_second()
    {
        var priority = new SubmissionPriority(_time);
        using var turn = priority.Enter();
        var saving = priority.YieldAsync(CancellationToken.None).AsTask();
        await _time.WaitsAsync(1);

        _time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.False(saving.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        await saving.InTime();
    }

    [Fact]
    public async Task Where_rows_are_always_being_submitted_images_wait_for_them_once_in_five_seconds()
    {
        var priority = new SubmissionPriority(_time);
        using var turn = priority.Enter();
        var saving = priority.YieldAsync(CancellationToken.None).AsTask();
        await _time.WaitsAsync(1);
        _time.Advance(TimeSpan.FromMilliseconds(250));
        await saving.InTime();

        Assert.True(priority.YieldAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(priority.YieldAsync(CancellationToken.None).AsTask().IsCompleted);
    }

    [Fact]
    public async Task Whoever_stops_does_not_wait()
    {
        var priority = new SubmissionPriority(_time);
        using var turn = priority.Enter();
        using var stop = new CancellationTokenSource();
        var saving = priority.YieldAsync(stop.Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => saving.InTime());
    }
}
