using System.Text;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>What is written of a request with every step.</summary>
public sealed class RequestLedgerTests : LedgerTest
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly LedgerEntry _entry = Sample.Entry(3) with { Key = "hero", RequestId = "r-1" };

    [Fact]
    public async Task A_claim_keeps_all_that_makes_the_row_and_how_it_is_queued()
    {
        var time = new SkippingTime();
        var ledger = Open(time);
        var settings = new SubmitSettings { Priority = "low", MaxQueueLength = 5, WebhookUri = new Uri("https://hook.example/") };

        Assert.True(await ledger.ClaimAsync(_entry with { Settings = settings }, newest: null, isSeen: true, CancellationToken.None));

        var known = Known();
        Assert.Equal(
            (_entry.LedgerId, _entry.Row!.Row, _entry.Row.Subject, _entry.Row.InputHash, _entry.Row.Directory),
            (known.LedgerId, known.Row, known.Subject, known.InputHash, known.Directory));
        Assert.Equal(
            ("fal", "fal-ai/imagen4/preview", "hero", 3, "https://queue.fal.run"),
            (known.Provider, known.Model, known.Key, known.Index, known.BaseAddress));
        Assert.Equal((_entry.Input, false, "low", 5L, "https://hook.example/"),
            (known.Input, known.IsWithoutPrompt, known.Settings!.Priority, known.Settings.MaxQueueLength, known.Settings.WebhookUri));
        Assert.Equal(
            (RequestState.Claimed, ledger.OwnerId, 0, 1, Now.ToUnixTimeMilliseconds(), Now.ToUnixTimeMilliseconds()),
            (known.Step, known.Owner, known.Attempt, known.Stored.Generation, known.Started, known.Time));
        Assert.Equal((null, null, null, null), (known.RequestId, known.Accepted, known.Error, known.Delivery));
    }

    [Fact]
    public async Task A_row_that_somebody_has_claimed_since_it_was_seen_is_not_claimed_again()
    {
        var (ledger, other) = (Open(), Open());
        Assert.True(await ledger.ClaimAsync(_entry, newest: null, isSeen: true, CancellationToken.None));
        var again = _entry with { LedgerId = LedgerEntry.NewId() };

        Assert.False(await other.ClaimAsync(again, newest: null, isSeen: true, CancellationToken.None));

        Assert.Null(other.AcceptedAt(again.LedgerId));
        Assert.Null(other.OfLedgerId(again.LedgerId));
        Assert.True(await other.ClaimAsync(again, Known(), isSeen: true, CancellationToken.None));
        Assert.Equal(2, other.OfLedgerId(again.LedgerId)!.Stored.Generation);
    }

    [Fact]
    public async Task A_request_is_seen_through_to_its_end()
    {
        var time = new SkippingTime();
        var ledger = await ClaimedAsync(time);

        await RecordAsync(ledger, RequestState.Intent, _entry with { Attempt = 2, RequestId = null });
        Assert.Equal((RequestState.Intent, 2, null, ledger.OwnerId), (Known().Step, Known().Attempt, Known().RequestId, Known().Owner));
        time.Jump(TimeSpan.FromSeconds(1));
        await RecordAsync(ledger, RequestState.Accepted, _entry with { Attempt = 1 });
        Assert.Equal(("r-1", Now.AddSeconds(1).ToUnixTimeMilliseconds(), 2), (Known().RequestId, Known().Accepted, Known().Attempt));
        time.Jump(TimeSpan.FromSeconds(1));
        await RecordAsync(ledger, RequestState.Completed, _entry with { RequestId = null, Seed = 42, Delivery = new LedgerResult { Cost = 0.04m } });
        Assert.Equal(("r-1", 42L, 0.04m, ledger.OwnerId), (Known().RequestId, Known().Seed, Known().Delivery!.Cost, Known().Owner));
        await RecordAsync(ledger, RequestState.Delivered, _entry);

        var known = Known();
        Assert.Equal((RequestState.Delivered, null, 42L, 0.04m), (known.Step, known.Stored.Progress.Owner, known.Seed, known.Delivery!.Cost));
        Assert.Equal(Now.AddSeconds(1).ToUnixTimeMilliseconds(), known.Accepted);
        Assert.Equal(Now.AddSeconds(2).ToUnixTimeMilliseconds(), known.Time);
    }

    [Fact]
    public async Task What_a_later_step_says_comes_before_what_was_known_and_the_time_of_acceptance_stays()
    {
        var stored = Sample.Stored(_entry, RequestState.InDoubt);
        await Sample.PutAsync(Home.Path, stored with { Progress = stored.Progress with { RequestId = "old", Seed = 3, Accepted = 5 } });
        var ledger = Open(new SkippingTime());

        await RecordAsync(ledger, RequestState.Accepted, _entry with { Seed = 7, Delivery = new LedgerResult { Cost = 1 } });
        await RecordAsync(ledger, RequestState.Completed, _entry with { Delivery = new LedgerResult { Cost = 2, Description = "A fox" } });

        var known = Known();
        Assert.Equal(("r-1", 7L, 5L), (known.RequestId, known.Seed, known.Accepted));
        Assert.Equal((2m, "A fox"), (known.Delivery!.Cost, known.Delivery.Description));
    }

    [Fact]
    public async Task A_seed_that_is_known_stays_where_only_the_cost_is_news()
    {
        await Sample.PutAsync(Home.Path, Sample.Stored(_entry, RequestState.Delivered));

        await RecordAsync(Open(), RequestState.Completed, _entry with { Seed = 7, Delivery = LedgerResult.OfCost(1, 0.04m, "USD") });

        Assert.Equal((42L, 0.04m), (Known().Seed, Known().Delivery!.Cost));
    }

    [Fact]
    public async Task Who_has_taken_a_row_over_may_submit_it()
    {
        await Sample.PutAsync(Home.Path, Sample.Stored(_entry, RequestState.Throttled, owner: 99));
        var ledger = Open();
        Assert.NotNull(await ledger.AdoptAsync(Known(), CancellationToken.None));

        await RecordAsync(ledger, RequestState.Intent, _entry with { RequestId = null });

        Assert.Equal((RequestState.Intent, ledger.OwnerId), (Known().Step, Known().Owner));
    }

    [Fact]
    public async Task A_row_whose_address_is_not_known_has_none()
    {
        Assert.True(await Open().ClaimAsync(_entry with { BaseAddress = null }, newest: null, isSeen: true, CancellationToken.None));

        Assert.Equal("", Known().BaseAddress);
    }

    [Fact]
    public void Nobody_works_on_what_has_ended_or_is_damaged()
    {
        Assert.Equal(7, new LedgerRequest(Sample.Stored(_entry, RequestState.Accepted, 7), "here").Owner);
        Assert.Null(new LedgerRequest(Sample.Stored(_entry, RequestState.Delivered, 7), "here").Owner);
        Assert.Null(new LedgerRequest(Sample.Stored(_entry, RequestState.Accepted, 7) with { IsDamaged = true }, "here").Owner);
    }

    [Fact]
    public async Task An_error_is_kept_with_its_kind_and_goes_with_the_next_step()
    {
        var ledger = await ClaimedAsync();
        await RecordAsync(ledger, RequestState.Intent, _entry with { RequestId = null });
        await RecordAsync(ledger, RequestState.Throttled, _entry with { RequestId = null, Error = "Later.", ErrorType = "busy", Refusal = "x" });
        Assert.Equal(("Later.", "busy", "x"), (Known().Error, Known().ErrorType, Known().Refusal));

        await RecordAsync(ledger, RequestState.Intent, _entry with { RequestId = null, Attempt = 2 });

        Assert.Equal((null, null, null), (Known().Error, Known().ErrorType, Known().Refusal));
    }

    [Fact]
    public async Task A_request_that_is_left_or_has_ended_has_no_owner()
    {
        var ledger = await ClaimedAsync();
        await RecordAsync(ledger, RequestState.Intent, _entry);
        await RecordAsync(ledger, RequestState.InDoubt, _entry with { IsLeft = true });
        Assert.Null(Known().Stored.Progress.Owner);

        var second = Sample.Entry(2);
        Assert.True(await ledger.ClaimAsync(second, newest: null, isSeen: true, CancellationToken.None));
        await RecordAsync(ledger, RequestState.Intent, second);
        await RecordAsync(ledger, RequestState.Rejected, second);
        Assert.Null(ledger.OfLedgerId(second.LedgerId)!.Stored.Progress.Owner);
    }

    [Fact]
    public async Task Nothing_is_written_for_whoever_has_stopped()
    {
        var ledger = await ClaimedAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => ledger.RecordAsync(RequestState.Intent, _entry, new CancellationToken(canceled: true)).AsTask());

        Assert.Equal(RequestState.Claimed, Known().Step);
    }

    [Fact]
    public async Task An_intent_is_written_only_by_the_owner_and_only_once_for_an_attempt()
    {
        var ledger = await ClaimedAsync();

        await Assert.ThrowsAsync<LedgerUnavailableException>(() => RecordAsync(Open(), RequestState.Intent, _entry));
        Assert.Equal(RequestState.Claimed, Known().Step);
        await RecordAsync(ledger, RequestState.Intent, _entry);
        await RecordAsync(ledger, RequestState.Accepted, _entry);
        var error = await Assert.ThrowsAsync<LedgerUnavailableException>(() => RecordAsync(ledger, RequestState.Intent, _entry));

        Assert.StartsWith("Row 3: another process has taken over this row", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, false)]
    [InlineData(43L, null, true)]
    [InlineData(null, "0.05", true)]
    public async Task What_a_request_has_cost_and_its_seed_are_news_even_when_its_state_is_not(long? seed, string? cost, bool isNews)
    {
        var stored = Sample.Stored(_entry, RequestState.Delivered);
        await Sample.PutAsync(Home.Path, stored with { Progress = stored.Progress with { Seed = null } });
        var before = Known();
        var ledger = Open();
        var told = cost is null ? null : LedgerResult.OfCost(1, decimal.Parse(cost, System.Globalization.CultureInfo.InvariantCulture), "USD");

        await RecordAsync(ledger, RequestState.Completed, _entry with { Seed = seed, Delivery = told, Error = "late" });

        var known = Known();
        Assert.Equal(isNews, known.Stored.Progress.Steps != before.Stored.Progress.Steps);
        Assert.Equal((RequestState.Delivered, null, seed), (known.Step, known.Error, known.Seed));
        Assert.Equal((told?.Cost, told?.Currency, 1), (known.Delivery!.Cost, known.Delivery.Currency, known.Delivery.Images.Count));
    }

    [Fact]
    public async Task A_seed_or_a_cost_that_is_known_is_never_another_one()
    {
        await Sample.PutAsync(Home.Path, Sample.Stored(_entry, RequestState.Delivered));
        var ledger = Open();
        await ledger.AddCostAsync(_entry, LedgerResult.OfCost(1, 0.04m, "USD"));
        await ledger.AddCostAsync(_entry with { Seed = 7 }, LedgerResult.OfCost(2, 0.05m, "EUR"));
        await RecordAsync(ledger, RequestState.Completed, _entry with { Seed = 7 });

        Assert.Equal((42L, 0.04m, "USD", 1m), (Known().Seed, Known().Delivery!.Cost, Known().Delivery!.Currency, Known().Delivery!.BillableUnits));
    }

    [Fact]
    public async Task A_cost_is_told_of_an_open_request_and_its_seed_is_not()
    {
        var ledger = await ClaimedAsync();
        await RecordAsync(ledger, RequestState.Intent, _entry);
        await RecordAsync(ledger, RequestState.Accepted, _entry);

        await ledger.AddCostAsync(_entry with { Seed = 7 }, LedgerResult.OfCost(1, 0.04m, "USD"));
        await RecordAsync(ledger, RequestState.Started, _entry);

        Assert.Equal((RequestState.Started, 0.04m, null), (Known().Step, Known().Delivery!.Cost, Known().Seed));
    }

    [Fact]
    public async Task The_result_of_a_host_that_answers_at_once_is_kept_under_its_id_or_the_next_free_name()
    {
        var ledger = await ClaimedAsync();
        var second = Sample.Entry(2) with { RequestId = "r-1" };
        Assert.True(await ledger.ClaimAsync(second, newest: null, isSeen: true, CancellationToken.None));
        await RecordAsync(ledger, RequestState.Intent, _entry);
        await RecordAsync(ledger, RequestState.Intent, second);

        Assert.Equal("r-1", await ledger.AcceptAsync(_entry, Answer("first")));
        Assert.Equal("r-1.2", await ledger.AcceptAsync(second, Answer("second")));

        Assert.Equal(("r-1", RequestState.Accepted), (Known().RequestId, Known().Step));
        Assert.NotNull(Known().Accepted);
        Assert.Equal("r-1.2", ledger.OfLedgerId(second.LedgerId)!.RequestId);
        Assert.Equal(("first", "first!"), await ReadAsync("r-1"));
        Assert.Equal(("second", "second!"), await ReadAsync("r-1.2"));
        Assert.Null(await ledger.ResultAsync("https://queue.fal.run", "r-2", CancellationToken.None));

        async Task<(string, string)> ReadAsync(string name)
        {
            var found = (await ledger.ResultAsync("https://queue.fal.run", name, CancellationToken.None))!.Value;
            return (Encoding.UTF8.GetString(found.Description), Encoding.UTF8.GetString((await found.Image(1, 0, CancellationToken.None))!));
        }
    }

    [Fact]
    public async Task An_answer_is_not_kept_for_a_row_whose_end_another_process_has_written()
    {
        var ledger = await ClaimedAsync();
        await RecordAsync(ledger, RequestState.Intent, _entry);
        await RecordAsync(Open(), RequestState.Failed, _entry with { Error = "No." });

        await Assert.ThrowsAsync<LedgerUnavailableException>(() => ledger.AcceptAsync(_entry, Answer("late")).AsTask());

        Assert.Equal((RequestState.Failed, "No."), (Known().Step, Known().Error));
    }

    [Fact]
    public async Task A_request_that_the_ledger_no_longer_has_is_an_error_that_says_so()
    {
        var error = await Assert.ThrowsAsync<LedgerUnavailableException>(() => RecordAsync(Open(), RequestState.Accepted, _entry));

        Assert.Contains("ledger.db", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_written_over_what_is_damaged()
    {
        await Sample.PutAsync(Home.Path, Sample.Stored(_entry, RequestState.Accepted) with { Started = long.MaxValue });

        var error = await Assert.ThrowsAsync<LedgerUnavailableException>(() => RecordAsync(Open(), RequestState.Completed, _entry));

        Assert.Contains($"the checksum of request {_entry.LedgerId} is wrong", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_of_files_are_given_all_or_none()
    {
        var ledger = Open();
        var second = Sample.Entry(2);
        Assert.True(await ledger.ClaimAsync(_entry, newest: null, isSeen: true, CancellationToken.None));
        Assert.True(await ledger.ClaimAsync(second, newest: null, isSeen: true, CancellationToken.None));
        var both = new Dictionary<int, string> { [1] = "a", [2] = "b" };

        Assert.Equal(both, await ledger.NameFilesAsync(_entry, "/out", both, isReplacing: false, overwrites: false));
        Assert.Null(await ledger.NameFilesAsync(
            second, "/out", new Dictionary<int, string> { [1] = "c", [2] = "b" }, isReplacing: false, overwrites: false));

        Assert.Empty((await ledger.FileNamesAsync(second, "/out"))!);
        Assert.Equal(both, await ledger.FileNamesAsync(_entry, "/out"));
    }

    [Fact]
    public async Task Of_a_request_that_the_ledger_no_longer_has_no_name_is_tried_after_another()
    {
        var ledger = Open();
        var names = new Dictionary<int, string> { [1] = "a" };

        var error = await Assert.ThrowsAsync<LedgerUnavailableException>(() =>
            ledger.NameFilesAsync(_entry, "/out", names, isReplacing: false, overwrites: false).AsTask());

        Assert.EndsWith(" was deleted or replaced while it was in use: it no longer has the requests of this batch.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_that_is_submitted_again_overwrites_the_files_of_its_ended_request()
    {
        var ledger = await ClaimedAsync();
        var again = _entry with { LedgerId = LedgerEntry.NewId() };
        var names = new Dictionary<int, string> { [1] = "a" };
        _ = await ledger.NameFilesAsync(_entry, "/out", names, isReplacing: false, overwrites: false);
        await RecordAsync(ledger, RequestState.Intent, _entry);
        Assert.True(await ledger.ClaimAsync(again, Known(), isSeen: false, CancellationToken.None));

        Assert.Null(await ledger.NameFilesAsync(again, "/out", names, isReplacing: false, overwrites: true));
        await RecordAsync(ledger, RequestState.Failed, _entry);

        Assert.Null(await ledger.NameFilesAsync(again, "/out", names, isReplacing: false, overwrites: false));
        Assert.Equal(names, await ledger.NameFilesAsync(again, "/out", names, isReplacing: false, overwrites: true));
        Assert.Empty((await ledger.FileNamesAsync(_entry, "/out"))!);
    }

    [Fact]
    public async Task A_file_is_whose_image_is_in_it()
    {
        var ledger = Open();
        var second = Sample.Entry(2);
        Assert.True(await ledger.ClaimAsync(_entry, newest: null, isSeen: true, CancellationToken.None));
        Assert.True(await ledger.ClaimAsync(second, newest: null, isSeen: true, CancellationToken.None));
        var path = Home.At("1.png");
        await File.WriteAllTextAsync(path, "an image");
        var digest = (await SavedFiles.DigestAsync(new FileInfo(path), CancellationToken.None))!;
        var image = new ImagenImage { Index = 1, Path = path, Sha256 = new string('0', 64) };

        Assert.False(await IsOthersAsync(second));
        Assert.True(await ledger.IsOwnFileAsync(_entry, image, CancellationToken.None));
        await ledger.NoteSavedAsync(_entry, digest);

        Assert.True(await IsOthersAsync(second));
        Assert.True(await IsOthersAsync(second with { Row = null }));
        Assert.False(await IsOthersAsync(_entry));
        Assert.False(await IsOthersAsync(_entry with { LedgerId = LedgerEntry.NewId() }));
        Assert.True(await ledger.IsOwnFileAsync(_entry, image, CancellationToken.None));
        Assert.False(await ledger.IsOwnFileAsync(second, image, CancellationToken.None));
        Assert.True(await ledger.IsOwnFileAsync(second.LedgerId, Image(path, digest), CancellationToken.None));
        Assert.True(await ledger.IsOwnFileAsync(second.LedgerId, Seen(path), CancellationToken.None));
        Assert.False(await ledger.IsOwnFileAsync(second.LedgerId, Seen(path, more: 1), CancellationToken.None));
        Assert.False(await ledger.IsOwnFileAsync(second.LedgerId, Seen(path, later: 1), CancellationToken.None));
        Assert.False(await ledger.IsOwnFileAsync(_entry.LedgerId, Image(Home.At("2.png"), digest), CancellationToken.None));
        await File.WriteAllTextAsync(path, "");
        Assert.False(await ledger.IsOwnFileAsync(_entry.LedgerId, Image(path, digest), CancellationToken.None));
        Assert.False(await IsOthersAsync(second));

        async Task<bool> IsOthersAsync(LedgerEntry entry) => await ledger.IsOthersFileAsync(entry, path, CancellationToken.None);
    }

    [Fact]
    public async Task A_doubt_that_is_settled_has_a_time_an_id_of_its_own_and_no_error()
    {
        var time = new SkippingTime();
        var stored = Sample.Stored(_entry with { RequestId = null }, RequestState.InDoubt, owner: 99);
        await Sample.PutAsync(Home.Path, stored with
        {
            Progress = stored.Progress with { RequestId = "unsure", Error = "Lost.", ErrorType = "x", Refusal = "y" },
        });
        await Sample.PutAsync(Home.Path, Sample.Stored(Sample.Entry(2) with { RequestId = "taken" }, RequestState.Accepted));
        var ledger = Open(time);
        var seen = Known();

        Assert.Null(await ledger.SettleAsync(RequestState.Accepted, seen, "taken"));
        var settled = (await ledger.SettleAsync(RequestState.Accepted, seen, "free"))!;

        Assert.Equal(settled.Stored, Known().Stored);
        Assert.Equal(
            (RequestState.Accepted, "free", null, Now.ToUnixTimeMilliseconds()),
            (settled.Step, settled.RequestId, settled.Stored.Progress.Owner, settled.Accepted));
        Assert.Equal((null, null, null), (settled.Error, settled.ErrorType, settled.Refusal));
        Assert.Null(await ledger.SettleAsync(RequestState.NotSubmitted, seen));
        Assert.Equal("free", (await ledger.SettleAsync(RequestState.Completed, settled))!.RequestId);
    }

    [Fact]
    public async Task A_doubt_that_is_settled_as_not_submitted_was_never_accepted()
    {
        await Sample.PutAsync(Home.Path, Sample.Stored(_entry, RequestState.InDoubt));

        Assert.Null((await Open().SettleAsync(RequestState.NotSubmitted, Known()))!.Accepted);
    }

    [Fact]
    public async Task A_request_is_removed_only_as_it_was_seen()
    {
        await Sample.PutAsync(Home.Path, Sample.Stored(_entry, RequestState.Accepted));
        var ledger = Open();
        var seen = Known();
        await RecordAsync(ledger, RequestState.Started, _entry);

        Assert.False(await ledger.RemoveAsync(seen));
        Assert.True(await ledger.RemoveAsync(Known()));
        Assert.Empty(All());
    }

    [Fact]
    public async Task Steps_are_announced_before_and_after_they_are_written()
    {
        var ledger = Open();
        var steps = new List<string>();
        ledger.StepHook = (step, isWritten) => steps.Add($"{step} {isWritten}");
        ledger.AdoptionHook = isWritten => steps.Add($"adopted {isWritten}");
        Assert.True(await ledger.ClaimAsync(_entry, newest: null, isSeen: true, CancellationToken.None));
        await RecordAsync(ledger, RequestState.Intent, _entry);
        _ = await ledger.AcceptAsync(_entry, Answer("x"));
        await ledger.ReleaseAsync(_entry.LedgerId);
        Assert.NotNull(await ledger.AdoptAsync(Known(), CancellationToken.None));

        Assert.Equal(
            [
                "Claimed False", "Claimed True", "Intent False", "Intent True", "Accepted False", "Accepted True", "adopted False", "adopted True",
            ],
            steps);
    }

    private static SyncResult Answer(string text) => new(
        Encoding.UTF8.GetBytes(text), [(1, (LateBytes)Encoding.UTF8.GetBytes($"{text}!"))]);

    private static ImagenImage Image(string path, string digest) => new() { Index = 1, Path = path, Sha256 = digest };

    private static ImagenImage Seen(string path, int more = 0, int later = 0)
    {
        var file = new FileInfo(path);
        return new ImagenImage
        {
            Index = 1, Path = path, Sha256 = new string('0', 64), FileSize = file.Length + more, SavedAt = file.LastWriteTimeUtc.AddSeconds(later),
        };
    }

    private static Task RecordAsync(RequestLedger ledger, RequestState step, LedgerEntry entry) =>
        ledger.RecordAsync(step, entry, CancellationToken.None).AsTask();

    private async Task<RequestLedger> ClaimedAsync(TimeProvider? time = null)
    {
        var ledger = Open(time);
        Assert.True(await ledger.ClaimAsync(_entry, newest: null, isSeen: true, CancellationToken.None));
        return ledger;
    }

    private LedgerRequest Known() => Open().OfLedgerId(_entry.LedgerId)!;
}
