using System.Collections.Concurrent;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>
/// How long a row waits for whoever works on it, and what the user hears of that: the wait by itself. Whole batches that wait are in
/// <see cref="Pipeline.Rows.RowWaitTests"/>.
/// </summary>
public sealed class RowWaitTests : LedgerTest
{
    private readonly LedgerEntry _entry = Sample.Entry(1);
    private readonly SkippingTime _time = new();
    private readonly ConcurrentDictionary<long, bool> _told = new();
    private readonly List<string> _warnings = [];

    [Fact]
    public async Task A_wait_of_a_few_seconds_is_not_worth_a_word()
    {
        var (wait, known) = await HeldAsync();

        await PauseAsync(wait, known, TimeSpan.FromSeconds(4.9));

        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task A_longer_wait_is_told_once_for_each_holder()
    {
        var (wait, known) = await HeldAsync();
        await PauseAsync(wait, known, TimeSpan.FromSeconds(30));
        await PauseAsync(new RowWait(Open(_time), _time) { Warn = _warnings.Add, Told = _told }, known, TimeSpan.FromSeconds(30));

        Assert.Equal(
            $"Rows of this batch are being worked on by process {Environment.ProcessId} on {Environment.MachineName} (since 2026-01-01 00:00:00Z). "
            + "This command does not submit them a second time, but waits for their results, without a limit (-TimeoutSec sets one).",
            Assert.Single(_warnings));
    }

    [Fact]
    public async Task A_wait_ends_at_its_limit_with_an_error_that_names_the_holder()
    {
        var (_, known) = await HeldAsync();
        var wait = new RowWait(Open(_time), _time) { Limit = TimeSpan.FromSeconds(2), Warn = _warnings.Add, Told = _told };

        var error = await PauseAsync(wait, known, TimeSpan.FromSeconds(10));

        Assert.Contains($"process {Environment.ProcessId} on {Environment.MachineName}", error!.Message, StringComparison.Ordinal);
        Assert.Contains("after a wait of 2 s. This command has submitted nothing for it", error.Message, StringComparison.Ordinal);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task Another_command_of_the_same_process_is_named_as_that_and_the_error_has_the_id_of_the_request()
    {
        var ledger = Open(_time);
        Assert.True(await ledger.ClaimAsync(_entry, newest: null, isSeen: true, CancellationToken.None));
        await ledger.RecordAsync(RequestState.Intent, _entry, CancellationToken.None);
        await ledger.RecordAsync(RequestState.Accepted, _entry with { RequestId = "r-1" }, CancellationToken.None);
        var wait = new RowWait(ledger, _time) { Limit = TimeSpan.FromSeconds(1), Told = _told };

        var error = await PauseAsync(wait, ledger.OfRow(_entry.Row!)!, TimeSpan.FromSeconds(2));

        Assert.Contains("by another command of this process, process ", error!.Message, StringComparison.Ordinal);
        Assert.Equal("r-1", error.RequestId);
    }

    [Fact]
    public async Task The_limit_is_part_of_what_is_told()
    {
        var (_, known) = await HeldAsync();
        var wait = new RowWait(Open(_time), _time) { Limit = TimeSpan.FromSeconds(20), Warn = _warnings.Add, Told = _told };

        Assert.NotNull(await PauseAsync(wait, known, TimeSpan.FromSeconds(30)));

        Assert.Contains("for 20 s at most (-TimeoutSec)", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_that_nobody_holds_any_more_is_just_being_handed_over()
    {
        await Sample.PutAsync(Home.Path, Sample.Stored(_entry, RequestState.Accepted, owner: 99));
        var ledger = Open(_time);
        var wait = new RowWait(ledger, _time) { Limit = TimeSpan.FromSeconds(2), Warn = _warnings.Add, Told = _told };

        Assert.Null(await PauseAsync(wait, ledger.OfRow(_entry.Row!)!, TimeSpan.FromSeconds(10)));
        Assert.Empty(_warnings);
    }

    private async Task<(RowWait Wait, LedgerRequest Known)> HeldAsync()
    {
        var (holder, ledger) = (Open(_time), Open(_time));
        Assert.True(await holder.ClaimAsync(_entry, newest: null, isSeen: true, CancellationToken.None));
        return (new RowWait(ledger, _time) { Warn = _warnings.Add, Told = _told }, ledger.OfRow(_entry.Row!)!);
    }

    private async Task<WaitTimeoutException?> PauseAsync(RowWait wait, LedgerRequest known, TimeSpan longest)
    {
        for (var began = _time.GetTimestamp(); _time.GetElapsedTime(began) < longest;)
        {
            if (await wait.PauseAsync(known, CancellationToken.None).InTime() is { } error)
            {
                return error;
            }
        }

        return null;
    }
}
