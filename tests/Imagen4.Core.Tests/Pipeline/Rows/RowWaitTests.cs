using System.Globalization;
using Imagen4.Core.Http;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Pipeline.Rows;

/// <summary>A row that somebody else works on is waited for, not for longer than the limit, and the user is told who has it.</summary>
[Collection(RunsAlone.Name)]
public sealed class RowWaitTests : BatchTest
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(50);

    [Fact]
    public async Task A_row_that_another_process_holds_is_waited_for_until_the_limit_and_who_holds_it_is_said()
    {
        await SettingsAsync(new { generation_time = 600 });
        using var other = await StartOtherAsync(rows: 2);
        await UntilAsync(() => Known().Count(known => known.Step is RequestState.Accepted or RequestState.Started) == 2);

        var rows = await RunAsync(Batch(new SkippingTime()) with { TimeLimit = Limit }, Prompt(1), Prompt(2));

        Assert.All(rows, row =>
        {
            var error = Assert.IsType<WaitTimeoutException>(row.Error);
            AssertNames(other, error.Message);
            Assert.Contains("50 s", error.Message, StringComparison.Ordinal);
            var known = Assert.Single(Known(), known => known.Index == row.Value!.Index);
            Assert.Contains(row.Value!.State, new[] { ImagenStates.InQueue, ImagenStates.InProgress });
            Assert.Equal((known.RequestId, known.LedgerId), (row.Value.RequestId, row.Value.LedgerId));
            Assert.Equal(error.Message, row.Value.Error);
        });
        var warning = Assert.Single(Warnings);
        AssertNames(other, warning);
        Assert.Contains("50 s", warning, StringComparison.Ordinal);
        Assert.Equal(2, await BillsAsync());
    }

    [Fact]
    public async Task Rows_that_are_only_submitted_are_waited_for_no_longer()
    {
        await SettingsAsync(new { generation_time = 600 });
        var time = new SkippingTime();
        using var other = TortureProcess.Start("owner", Home.Path);
        await HoldAsync(await other.ReadAsync(), wait: false);
        var options = Batch(time) with { TimeLimit = Limit, Wait = false, Output = null };
        var row = TestClient.Check(options).Check(TestHost.Row(1, Prompt(1)));

        var outcome = await TestClient.Client.StartBatch(options).SubmitAsync(row, CancellationToken.None).InTime();

        // There is nothing of it yet but that somebody has taken it: no object to follow.
        Assert.Null(outcome.Value);
        AssertNames(other, Assert.IsType<WaitTimeoutException>(outcome.Error).Message);
        Assert.Equal(0, await BillsAsync());
    }

    [Fact]
    public async Task Without_a_limit_the_wait_goes_on_says_so_once_and_ends_with_the_other_process()
    {
        await SettingsAsync(new { generation_time = 600 });
        var time = new SkippingTime();
        using var other = await StartOtherAsync();
        await UntilAsync(() => Known().Any(known => known.Step is RequestState.Accepted or RequestState.Started));
        using var stop = new CancellationTokenSource();
        var running = RunUntilAsync(Batch(time) with { TimeLimit = TimeSpan.Zero }, Prompt(1), stop.Token);
        await UntilAsync(() => time.Waits.Count > 100);
        Assert.False(running.IsCompleted);

        other.Kill();

        await UntilAsync(() => Known().Any(known => known.Owner is { } owner && owner == TestClient.Ledger.OwnerId));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.InTime());
        var warning = Assert.Single(Warnings, text => text.Contains($"{other.Id}", StringComparison.Ordinal));
        Assert.Contains("-TimeoutSec", warning, StringComparison.Ordinal);
        Assert.Equal(1, await BillsAsync());
    }

    [Fact]
    public async Task A_wait_of_less_than_five_seconds_is_not_worth_a_word()
    {
        using var other = TortureProcess.Start("owner", Home.Path);
        await HoldAsync(await other.ReadAsync(), wait: true);
        var time = new SkippingTime();

        var row = Assert.Single(await RunAsync(Batch(time) with { TimeLimit = TimeSpan.FromSeconds(4) }, Prompt(1)));

        Assert.IsType<WaitTimeoutException>(row.Error);
        Assert.Empty(Warnings);
    }

    // What cannot be opened is a folder here: root may open every file.
    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    public async Task A_lock_that_may_not_be_opened_counts_as_held_but_not_in_silence_and_not_for_ever(int limit)
    {
        await HoldAsync("4711", wait: true);
        var locked = Home.At("owners/4711.lock");
        Directory.CreateDirectory(locked);

        var row = Assert.Single(await RunAsync(Batch(new SkippingTime()) with { TimeLimit = TimeSpan.FromSeconds(limit) }, Prompt(1)));

        var message = Assert.IsType<WaitTimeoutException>(row.Error).Message;
        foreach (var said in new[] { message, Assert.Single(Warnings) })
        {
            Assert.Contains("process 4711 on elsewhere", said, StringComparison.Ordinal);
            Assert.Contains(locked, said, StringComparison.Ordinal);
        }

        Assert.Equal(0, await BillsAsync());
    }

    [Fact]
    public async Task Another_batch_of_this_process_is_waited_for_in_the_same_way()
    {
        await SettingsAsync(new { generation_time = 600 });
        using var stop = new CancellationTokenSource();
        var held = RunUntilAsync(Batch(), Prompt(1), stop.Token);
        await UntilAsync(() => Known().Any(known => known.Step is RequestState.Accepted or RequestState.Started));

        var row = Assert.Single(await RunAsync(Batch(new SkippingTime()) with { TimeLimit = Limit }, Prompt(1)));

        Assert.Contains($"{Environment.ProcessId}", Assert.IsType<WaitTimeoutException>(row.Error).Message, StringComparison.Ordinal);
        Assert.Equal(1, await BillsAsync());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => held.InTime());
    }

    [Fact]
    public async Task A_row_that_an_idle_session_gave_up_after_a_429_is_gone_on_with_by_others()
    {
        await FaultAsync(new { kind = "status", status = 429, operation = "submit", count = -1 });
        var given = Assert.Single(await RunAsync(Batch(new SkippingTime()), Prompt(1)));
        Assert.IsType<RateLimitedException>(given.Error);
        await EndFaultsAsync();

        var row = Assert.Single(await RunElsewhereAsync());

        Assert.Equal((ImagenStates.Delivered, null), (row.Value!.State, row.Error));
        Assert.Equal(1, await BillsAsync());
    }

    [Fact]
    public async Task A_row_that_an_idle_session_got_no_images_for_is_gone_on_with_by_others()
    {
        await FaultAsync(new { kind = "status", status = 200, operation = "result", body = new { images = Array.Empty<string>(), seed = 7 } });
        var given = Assert.Single(await RunAsync(Batch(), Prompt(1)));
        Assert.IsType<RequestFailedException>(given.Error);

        var row = Assert.Single(await RunElsewhereAsync());

        Assert.Equal((ImagenStates.Delivered, null), (row.Value!.State, row.Error));
        Assert.Equal(1, await BillsAsync());
    }

    [Fact]
    public async Task A_row_whose_host_no_longer_had_it_for_an_idle_session_is_asked_for_by_others()
    {
        foreach (var operation in new[] { "status", "stream", "result" })
        {
            await FaultAsync(new { kind = "status", status = 404, operation, count = -1, body = new { detail = "Request not found" } });
        }

        var given = Assert.Single(await RunAsync(Batch(new SkippingTime()), Prompt(1)));
        Assert.IsType<RequestNotFoundException>(given.Error);
        await EndFaultsAsync();

        var row = Assert.Single(await RunElsewhereAsync());

        Assert.Equal((ImagenStates.Delivered, null), (row.Value!.State, row.Error));
        Assert.Equal(1, await BillsAsync());
    }

    // A ledger by another path stands for another process: it has its own name and lock. This one's session lives on, and is idle.
    private async Task<IReadOnlyList<RowOutcome<ImagenResult>>> RunElsewhereAsync()
    {
        var mine = TestClient.Ledger;
        using var place = new TempFolder();
        var link = place.At("home");
        _ = Directory.CreateSymbolicLink(link, Home.Path);
        Set("IMAGEN4_HOME", link);
        try
        {
            Assert.NotSame(mine, TestClient.Ledger);
            return await RunAsync(Batch(), Prompt(1));
        }
        finally
        {
            await TestClient.Ledger.DisposeAsync();
            Set("IMAGEN4_HOME", Home.Path);
        }
    }

    // Somebody has taken the row, and has written nothing of it yet.
    private async Task HoldAsync(string? owner, bool wait)
    {
        var options = wait ? Batch() : Batch() with { Wait = false, Output = null };
        var row = TestClient.Check(options).Check(TestHost.Row(1, Prompt(1)));
        var entry = new LedgerEntry("test", TestHost.Model, Key: null, TestHost.Input(Prompt(1)))
        {
            BaseAddress = ProviderAddress.Normal(Address),
            Row = row.Identity,
        };
        var held = Sample.Stored(entry, RequestState.Claimed, long.Parse(owner!, CultureInfo.InvariantCulture));
        await Sample.PutAsync(Home.Path, held with { Progress = held.Progress with { Updated = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() } });
    }

    private static List<LedgerRequest> Known() => [.. TestClient.Ledger.List(new LedgerQuery()).Select(listed => listed.Known)];

    private static void AssertNames(TortureProcess other, string said)
    {
        Assert.Contains($"process {other.Id} on {Environment.MachineName}", said, StringComparison.Ordinal);
        Assert.Contains($"{DateTime.UtcNow:yyyy}-", said, StringComparison.Ordinal);
    }
}
