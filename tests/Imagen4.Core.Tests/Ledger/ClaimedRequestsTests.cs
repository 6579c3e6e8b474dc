using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>Who works on a submission, and what is left of it when he no longer does.</summary>
public sealed class ClaimedRequestsTests : LedgerTest
{
    private const long Nobody = 99;

    private readonly LedgerEntry _entry = Sample.Entry(1);

    [Fact]
    public async Task A_submission_is_worked_on_until_its_process_releases_it()
    {
        var (ledger, other) = (Open(), Open());
        Assert.True(await ledger.ClaimAsync(_entry, newest: null, isSeen: true, CancellationToken.None));
        await ledger.RecordAsync(RequestState.Intent, _entry, CancellationToken.None);
        await AssertWorkedOnAsync(true, ledger, other);

        await ledger.ReleaseAsync(_entry.LedgerId);

        await AssertWorkedOnAsync(false, ledger, other);
        Assert.Null(other.OfRow(_entry.Row!)!.Owner);
    }

    [Theory]
    [InlineData(nameof(RequestState.Claimed))]
    [InlineData(nameof(RequestState.Accepted))]
    public async Task A_submission_of_a_process_that_is_gone_is_not_worked_on(string state)
    {
        await Sample.PutAsync(Home.Path, Sample.Stored(_entry, Enum.Parse<RequestState>(state), Nobody));

        await AssertWorkedOnAsync(false, Open());
        var ledger = Open();
        Assert.Null(await ledger.HolderAsync(ledger.OfRow(_entry.Row!)!, CancellationToken.None));
    }

    [Fact]
    public async Task What_this_process_has_left_is_not_worked_on_although_the_process_lives()
    {
        var ledger = Open();
        Assert.True(await ledger.ClaimAsync(_entry, newest: null, isSeen: true, CancellationToken.None));
        var second = Sample.Entry(2);
        await Sample.PutAsync(Home.Path, Sample.Stored(second, RequestState.Accepted, ledger.OwnerId));

        var left = ledger.OfRow(second.Row!)!;

        Assert.False(await ledger.IsWorkedOnAsync(left, CancellationToken.None));
        Assert.False(await ledger.IsWorkedOnAsync(left, [], CancellationToken.None));
    }

    [Fact]
    public async Task Whether_an_owner_lives_is_asked_once_for_all_its_submissions()
    {
        var (ledger, other) = (Open(), Open());
        Assert.True(await ledger.ClaimAsync(_entry, newest: null, isSeen: true, CancellationToken.None));
        var known = other.OfRow(_entry.Row!)!;
        var alive = new Dictionary<long, bool>();

        Assert.True(await other.IsWorkedOnAsync(known, alive, CancellationToken.None));
        Assert.Equal([new(ledger.OwnerId!.Value, true)], alive);
        alive[ledger.OwnerId.Value] = false;
        Assert.False(await other.IsWorkedOnAsync(known, alive, CancellationToken.None));
        Assert.False(await other.IsWorkedOnAsync(
            new LedgerRequest(known.Stored with { Progress = known.Stored.Progress with { Owner = null } }, known.Ledger), alive, CancellationToken.None));
    }

    [Fact]
    public async Task The_holder_of_a_row_is_named_with_the_time_since_when_it_holds_it()
    {
        var time = new SkippingTime();
        var (ledger, other) = (Open(time), Open(time));
        Assert.True(await ledger.ClaimAsync(_entry, newest: null, isSeen: true, CancellationToken.None));
        time.Jump(TimeSpan.FromHours(1));
        var known = other.OfRow(_entry.Row!)!;

        var here = (await ledger.HolderAsync(known, CancellationToken.None))!;
        var there = (await other.HolderAsync(known, CancellationToken.None))!;

        Assert.Equal((ledger.OwnerId, true, Environment.ProcessId), (here.Owner, here.IsThis, here.Process!.Process));
        Assert.Equal((ledger.OwnerId, false, Environment.MachineName), (there.Owner, there.IsThis, there.Process!.Machine));
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), there.Since, TimeSpan.FromSeconds(5));
        Assert.Null(there.UnreadableLock);
    }

    [Fact]
    public async Task Who_has_taken_a_submission_over_holds_it_since_then()
    {
        var time = new SkippingTime();
        await Sample.PutAsync(Home.Path, Sample.Stored(_entry, RequestState.Accepted, Nobody));
        var ledger = Open(time);

        var adopted = (await ledger.AdoptAsync(ledger.OfRow(_entry.Row!)!, CancellationToken.None))!;

        Assert.Equal(time.GetUtcNow(), (await ledger.HolderAsync(adopted, CancellationToken.None))!.Since, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_submission_is_adopted_once()
    {
        await Sample.PutAsync(Home.Path, Sample.Stored(_entry, RequestState.Accepted, Nobody));
        var (ledger, other) = (Open(), Open());
        var (seen, seenByOther) = (ledger.OfRow(_entry.Row!)!, other.OfRow(_entry.Row!)!);

        var adopted = await ledger.AdoptAsync(seen, CancellationToken.None);

        Assert.Equal(ledger.OwnerId, adopted!.Owner);
        Assert.Null(await ledger.AdoptAsync(seen, CancellationToken.None));
        Assert.Null(await other.AdoptAsync(seenByOther, CancellationToken.None));
        await AssertWorkedOnAsync(true, ledger, other);

        await ledger.ReleaseAsync(_entry.LedgerId);

        Assert.NotNull(await other.AdoptAsync(other.OfRow(_entry.Row!)!, CancellationToken.None));
    }

    [Fact]
    public async Task A_damaged_submission_is_not_adopted_settled_or_released()
    {
        await Sample.PutAsync(Home.Path, Sample.Stored(_entry, RequestState.Accepted, Nobody) with { Started = long.MaxValue });
        var ledger = Open();
        var known = ledger.OfRow(_entry.Row!)!;

        await Assert.ThrowsAsync<SubmissionInDoubtException>(() => ledger.AdoptAsync(known, CancellationToken.None));
        await Assert.ThrowsAsync<SubmissionInDoubtException>(() => ledger.SettleAsync(RequestState.NotSubmitted, known));
        Assert.Equal(known.Stored, ledger.OfRow(_entry.Row!)!.Stored);
    }

    [Fact]
    public async Task A_claim_that_was_never_begun_is_given_back_and_one_that_was_begun_stays()
    {
        var ledger = Open();
        var second = Sample.Entry(2);
        Assert.True(await ledger.ClaimAsync(_entry, newest: null, isSeen: true, CancellationToken.None));
        Assert.True(await ledger.ClaimAsync(second, newest: null, isSeen: true, CancellationToken.None));
        await ledger.RecordAsync(RequestState.Intent, second, CancellationToken.None);

        await ledger.ReleaseAsync(_entry.LedgerId);
        await ledger.ReleaseAsync(second.LedgerId);

        var left = Assert.Single(All());
        Assert.Equal((second.LedgerId, RequestState.Intent), (left.LedgerId, left.Step));
    }

    [Fact]
    public async Task What_others_have_said_meanwhile_stays_when_a_submission_is_released()
    {
        var (ledger, other) = (Open(), Open());
        Assert.True(await ledger.ClaimAsync(_entry, newest: null, isSeen: true, CancellationToken.None));
        await ledger.RecordAsync(RequestState.Intent, _entry, CancellationToken.None);
        await ledger.RecordAsync(RequestState.Accepted, _entry with { RequestId = "r-1" }, CancellationToken.None);
        await other.RecordAsync(RequestState.Started, _entry, CancellationToken.None);

        await ledger.ReleaseAsync(_entry.LedgerId);

        var known = other.OfRow(_entry.Row!)!;
        Assert.Equal((RequestState.Started, null, "r-1"), (known.Step, known.Owner, known.RequestId));
    }

    [Fact]
    public async Task What_another_process_has_taken_over_stays_its_own()
    {
        var (slow, quick) = (Open(), Open());
        Assert.True(await slow.ClaimAsync(_entry, newest: null, isSeen: true, CancellationToken.None));
        await slow.RecordAsync(RequestState.Intent, _entry, CancellationToken.None);
        await slow.RecordAsync(RequestState.Accepted, _entry with { RequestId = "r-1" }, CancellationToken.None);
        Assert.NotNull(await quick.AdoptAsync(quick.OfRow(_entry.Row!)!, CancellationToken.None));

        await slow.ReleaseAsync(_entry.LedgerId);

        Assert.Equal(quick.OwnerId, quick.OfRow(_entry.Row!)!.Owner);
    }

    // The number goes with the last row that is under way: others take a living process to work on what has its number.
    [Fact]
    public async Task A_claim_of_which_it_is_not_known_whether_it_was_written_costs_the_process_its_number_once()
    {
        var (ledger, other) = (Open(), Open());
        var second = Sample.Entry(2);
        Assert.True(await ledger.ClaimAsync(second, newest: null, isSeen: true, CancellationToken.None));
        ledger.StepHook = (_, isWritten) => Assert.False(isWritten, "broken off");
        await Assert.ThrowsAnyAsync<Exception>(() => ledger.ClaimAsync(_entry, newest: null, isSeen: true, CancellationToken.None));
        ledger.StepHook = null;
        var lost = other.OfRow(_entry.Row!)!;
        Assert.Equal((ledger.OwnerId, true), (lost.Owner, await other.IsWorkedOnAsync(lost, CancellationToken.None)));

        await ledger.ReleaseAsync(second.LedgerId);

        Assert.Null(ledger.OwnerId);
        Assert.False(await other.IsWorkedOnAsync(lost, CancellationToken.None));
        Assert.NotNull(await ledger.AdoptAsync(ledger.OfRow(_entry.Row!)!, CancellationToken.None));
        var number = ledger.OwnerId;
        Assert.NotNull(number);
        await ledger.ReleaseAsync(_entry.LedgerId);
        Assert.Equal(number, ledger.OwnerId);
    }

    [Fact]
    public async Task When_the_request_came_to_its_host_is_known_while_it_is_worked_on()
    {
        var time = new SkippingTime();
        var ledger = Open(time);
        Assert.True(await ledger.ClaimAsync(_entry, newest: null, isSeen: true, CancellationToken.None));
        Assert.Null(ledger.AcceptedAt(_entry.LedgerId));
        await ledger.RecordAsync(RequestState.Intent, _entry, CancellationToken.None);
        await ledger.RecordAsync(RequestState.Accepted, _entry with { RequestId = "r-1" }, CancellationToken.None);

        Assert.Equal(time.GetUtcNow(), ledger.AcceptedAt(_entry.LedgerId)!.Value, TimeSpan.FromSeconds(5));
        await ledger.ReleaseAsync(_entry.LedgerId);
        Assert.Null(ledger.AcceptedAt(_entry.LedgerId));
    }

    private async Task AssertWorkedOnAsync(bool isWorkedOn, params RequestLedger[] ledgers)
    {
        foreach (var ledger in ledgers)
        {
            var known = ledger.OfRow(_entry.Row!)!;
            Assert.Equal(isWorkedOn, await ledger.IsWorkedOnAsync(known, CancellationToken.None));
            Assert.Equal(isWorkedOn, await ledger.IsWorkedOnAsync(known, [], CancellationToken.None));
        }
    }
}
