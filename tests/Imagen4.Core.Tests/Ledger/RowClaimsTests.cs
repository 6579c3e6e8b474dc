using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>What is done with a row for what the ledger has of it. What happens in several processes at once is in <see cref="ClaimsTests"/>.</summary>
public sealed class RowClaimsTests : LedgerTest
{
    private readonly LedgerEntry _entry = Sample.Entry(1) with { Key = "hero" };
    private readonly List<string> _warnings = [];

    [Theory]
    [InlineData(null, "submit")]
    [InlineData(nameof(RequestState.Claimed), "submit")]
    [InlineData(nameof(RequestState.Intent), "report")]
    [InlineData(nameof(RequestState.NotSent), "submit")]
    [InlineData(nameof(RequestState.Throttled), "submit")]
    [InlineData(nameof(RequestState.NotSubmitted), "submit")]
    [InlineData(nameof(RequestState.InDoubt), "report")]
    [InlineData(nameof(RequestState.Accepted), "continue")]
    [InlineData(nameof(RequestState.Started), "continue")]
    [InlineData(nameof(RequestState.Expired), "continue")]
    [InlineData(nameof(RequestState.StatusCompleted), "continue")]
    [InlineData(nameof(RequestState.Completed), "continue")]
    [InlineData(nameof(RequestState.Delivered), "continue")]
    [InlineData(nameof(RequestState.Rejected), "submit")]
    [InlineData(nameof(RequestState.Failed), "submit")]
    [InlineData(nameof(RequestState.Cancelled), "submit")]
    public async Task A_row_is_submitted_continued_or_reported_by_what_has_become_of_it(string? state, string outcome)
    {
        if (state is not null)
        {
            await PutAsync(state, owner: 99);
        }

        var ledger = Open();
        var made = await ClaimAsync(ledger);

        Assert.Equal(outcome, Name(made));
        var known = ledger.OfRow(_entry.Row!)!;
        Assert.Equal(outcome == "submit" ? Again.LedgerId : _entry.LedgerId, known.LedgerId);
        Assert.True(outcome == "report" || known.Stored.Progress.Owner == ledger.OwnerId);
        Assert.Equal(state is not null && outcome == "submit" ? 2 : 1, known.Stored.Generation);
    }

    [Fact]
    public async Task A_batch_does_not_go_on_in_an_empty_ledger_in_the_place_of_its_own()
    {
        if (OperatingSystem.IsWindows())
        {
            // What is open cannot be deleted there.
            return;
        }

        var ledger = Open();
        var claims = new RowClaims(ledger, (known, _) => Task.FromResult<LedgerRequest?>(known), TimeProvider.System);
        Assert.IsType<ClaimOutcome.Submit>(await claims.ClaimAsync(_entry, named: null, CancellationToken.None).InTime());
        Directory.Delete(Home.Path, recursive: true);

        var error = await Assert.ThrowsAsync<LedgerUnavailableException>(() =>
            claims.ClaimAsync(Sample.Entry(2), named: null, CancellationToken.None).InTime());

        Assert.EndsWith(" was deleted or replaced while it was in use: it no longer has the requests of this batch.", error.Message, StringComparison.Ordinal);
        var another = new RowClaims(ledger, (known, _) => Task.FromResult<LedgerRequest?>(known), TimeProvider.System);
        Assert.IsType<ClaimOutcome.Submit>(await another.ClaimAsync(Sample.Entry(2), named: null, CancellationToken.None).InTime());
    }

    [Theory]
    [InlineData(nameof(RequestState.Accepted))]
    [InlineData(nameof(RequestState.Completed))]
    [InlineData(nameof(RequestState.Delivered))]
    public async Task Who_only_submits_has_nothing_to_do_with_what_the_host_has(string state)
    {
        await PutAsync(state);

        Assert.Equal("report", Name(await ClaimAsync(Open(), submitsOnly: true)));
    }

    [Fact]
    public async Task A_delivered_row_whose_images_are_there_is_reported()
    {
        var path = Home.At("1.png");
        await File.WriteAllTextAsync(path, "an image");
        var file = new FileInfo(path);
        var image = new ImagenImage { Index = 1, Path = path, FileSize = file.Length, SavedAt = file.LastWriteTimeUtc, Sha256 = new string('a', 64) };
        var stored = Sample.Stored(_entry, RequestState.Delivered);
        await Sample.PutAsync(Home.Path, stored with
        {
            Progress = stored.Progress with { Delivery = LedgerJson.Write(new LedgerResult { Images = [image] }, LedgerJson.Plain.LedgerResult) },
        });

        Assert.Equal("report", Name(await ClaimAsync(Open(), directory: Home.Path)));
        Assert.Equal("report", Name(await ClaimAsync(Open())));
        Assert.Equal("continue", Name(await ClaimAsync(Open(), directory: Home.At("elsewhere"))));
    }

    [Theory]
    [InlineData(nameof(RequestState.Accepted))]
    [InlineData(nameof(RequestState.InDoubt))]
    [InlineData(nameof(RequestState.Delivered))]
    public async Task Who_does_not_resume_submits_whatever_is_known(string state)
    {
        await PutAsync(state);
        var ledger = Open();

        Assert.Equal("submit", Name(await ClaimAsync(ledger, noResume: true)));
        Assert.Equal(2, ledger.OfRow(_entry.Row!)!.Stored.Generation);
    }

    [Fact]
    public async Task What_has_ended_in_this_run_is_not_submitted_a_second_time_by_it()
    {
        var ledger = Open();
        var claims = Claims(ledger);
        _ = await claims.Start.Value;
        await PutAsync(nameof(RequestState.Failed));

        Assert.Equal("report", Name(await claims.ClaimAsync(Again, named: null, CancellationToken.None).InTime()));
    }

    [Fact]
    public async Task What_had_ended_when_its_record_was_read_is_submitted_again_all_the_same()
    {
        var ledger = Open();
        var claims = Claims(ledger);
        _ = await claims.Start.Value;
        await PutAsync(nameof(RequestState.Failed));

        Assert.Equal(
            "submit", Name(await claims.ClaimAsync(Again, new NamedRequest(_entry.LedgerId, EndedBadly: true), CancellationToken.None).InTime()));
    }

    [Theory]
    [InlineData(false, "report")]
    [InlineData(true, "submit")]
    public async Task A_record_that_was_open_when_it_was_read_and_has_failed_in_this_run_is_reported(bool endedBadly, string outcome)
    {
        var ledger = Open();
        var claims = Claims(ledger);
        _ = await claims.Start.Value;
        await PutAsync(nameof(RequestState.Failed));

        Assert.Equal(
            outcome, Name(await claims.ClaimAsync(Again, new NamedRequest(_entry.LedgerId, endedBadly), CancellationToken.None).InTime()));
    }

    [Fact]
    public async Task A_lost_row_is_in_doubt_and_the_host_is_asked_about_it()
    {
        await PutAsync(nameof(RequestState.Intent), owner: 99);
        var ledger = Open();
        var asked = new List<RequestState>();

        var made = await ClaimAsync(ledger, reconcile: (known, _) =>
        {
            asked.Add(known.Step);
            return Task.FromResult<LedgerRequest?>(known);
        });

        Assert.Equal([RequestState.InDoubt], asked);
        Assert.Equal(RequestState.InDoubt, Assert.IsType<ClaimOutcome.Report>(made).Known.Step);
        Assert.Equal(RequestState.InDoubt, ledger.OfRow(_entry.Row!)!.Step);
    }

    [Theory]
    [InlineData(nameof(RequestState.Accepted), "continue")]
    [InlineData(nameof(RequestState.NotSubmitted), "submit")]
    public async Task A_doubt_that_the_host_settles_is_gone_on_with(string settled, string outcome)
    {
        await PutAsync(nameof(RequestState.InDoubt));
        var ledger = Open();

        Assert.Equal(outcome, Name(await ClaimAsync(
            ledger, reconcile: async (known, _) => await ledger.SettleAsync(Enum.Parse<RequestState>(settled), known, stop: CancellationToken.None))));
    }

    [Fact]
    public async Task A_row_that_changes_while_its_host_is_asked_is_looked_at_again()
    {
        await PutAsync(nameof(RequestState.InDoubt));
        var ledger = Open();
        var asked = 0;

        var made = await ClaimAsync(ledger, reconcile: async (known, cancellation) =>
        {
            if (++asked == 1)
            {
                _ = await ledger.SettleAsync(RequestState.Accepted, known, stop: CancellationToken.None);
            }

            return null;
        });

        Assert.Equal((1, "continue"), (asked, Name(made)));
    }

    [Theory]
    [InlineData(nameof(RequestState.Accepted), true)]
    [InlineData(nameof(RequestState.Delivered), true)]
    [InlineData(nameof(RequestState.InDoubt), true)]
    [InlineData(nameof(RequestState.Failed), false)]
    public async Task A_key_that_is_known_with_another_input_is_refused(string state, bool isRefused)
    {
        await PutAsync(state);
        var ledger = Open();
        var other = Again with { Row = RowIdentity.OfKey(new Uri("https://queue.fal.run/"), "hero", "a07e", "/home/user/out") };
        await Sample.PutAsync(Home.Path, Sample.Stored(
            _entry with { LedgerId = LedgerEntry.NewId(), Row = other.Row! with { InputHash = _entry.Row!.InputHash } }, Enum.Parse<RequestState>(state)));

        var refused = await Record.ExceptionAsync(() => Claims(ledger).ClaimAsync(other, named: null, CancellationToken.None).InTime());

        Assert.Equal(isRefused, refused is InvalidInputException);
    }

    [Fact]
    public async Task A_damaged_row_is_reported_as_in_doubt_and_nobody_is_asked_about_it()
    {
        await Sample.PutAsync(Home.Path, Sample.Stored(_entry, RequestState.Failed) with { Started = long.MaxValue });
        var ledger = Open();

        var made = await ClaimAsync(ledger, reconcile: (_, _) => throw new InvalidOperationException("asked"));

        Assert.True(Assert.IsType<ClaimOutcome.Report>(made).Known.IsDamaged);
    }

    [Theory]
    [InlineData(nameof(RequestState.Claimed), true)]
    [InlineData(nameof(RequestState.Intent), false)]
    [InlineData(nameof(RequestState.Accepted), false)]
    public async Task A_row_that_somebody_works_on_is_waited_for_up_to_the_limit(string state, bool isThrown)
    {
        var other = Open();
        Assert.True(await other.ClaimAsync(_entry, newest: null, isSeen: true, CancellationToken.None));
        await AdvanceAsync(other, state);
        var ledger = Open();
        var claims = new RowClaims(ledger, Unchanged, new SkippingTime()) { WaitLimit = TimeSpan.FromSeconds(20), Warn = _warnings.Add };

        var (made, thrown) = await TryAsync(() => claims.ClaimAsync(Again, named: null, CancellationToken.None).InTime());

        var error = isThrown ? Assert.IsType<WaitTimeoutException>(thrown) : Assert.IsType<ClaimOutcome.Report>(made).Error!;
        Assert.Contains("20", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{Environment.ProcessId}", Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.Single(All());
    }

    [Theory]
    [InlineData(nameof(RequestState.Accepted), "continue")]
    [InlineData(nameof(RequestState.Delivered), "continue")]
    [InlineData(nameof(RequestState.InDoubt), "report")]
    [InlineData(nameof(RequestState.Intent), "report")]
    [InlineData(nameof(RequestState.Failed), "submit")]
    [InlineData(nameof(RequestState.Claimed), "submit")]
    public async Task A_record_of_another_row_is_followed_without_a_claim(string state, string outcome)
    {
        var named = Sample.Stored(_entry with { Row = _entry.Row! with { Row = "e15e", Directory = "/elsewhere" } }, Enum.Parse<RequestState>(state));
        await Sample.PutAsync(Home.Path, named);
        var ledger = Open();

        var made = await Claims(ledger).ClaimAsync(Again, new NamedRequest(named.LedgerId, EndedBadly: false), CancellationToken.None).InTime();

        Assert.Equal(outcome, Name(made));
        Assert.False(made is ClaimOutcome.Continue { IsClaimed: true });
        Assert.Equal(outcome == "submit" ? 2 : 1, All().Count);
    }

    [Fact]
    public async Task A_record_whose_request_has_failed_goes_on_with_the_newest_of_its_row()
    {
        var elsewhere = _entry.Row! with { Row = "e15e", Directory = "/elsewhere" };
        var failed = Sample.Stored(_entry with { Row = elsewhere }, RequestState.Failed);
        var newer = Sample.Stored(_entry with { Row = elsewhere, LedgerId = LedgerEntry.NewId() }, RequestState.Accepted) with { Generation = 2 };
        await Sample.PutAsync(Home.Path, failed, newer);

        var made = await Claims(Open()).ClaimAsync(Again, new NamedRequest(failed.LedgerId, EndedBadly: true), CancellationToken.None).InTime();

        Assert.Equal(newer.LedgerId, Assert.IsType<ClaimOutcome.Continue>(made).Known.LedgerId);
    }

    [Fact]
    public async Task A_record_with_another_input_than_its_request_is_refused()
    {
        var named = Sample.Stored(
            _entry with { Row = new RowIdentity("e15e", "e15e", "a07e", null), Input = _entry.Input with { Prompt = "a hare" } }, RequestState.Accepted);
        await Sample.PutAsync(Home.Path, named);

        await Assert.ThrowsAsync<InvalidInputException>(
            () => Claims(Open()).ClaimAsync(Again, new NamedRequest(named.LedgerId, EndedBadly: false), CancellationToken.None).InTime());
    }

    [Theory]
    [InlineData(nameof(RequestState.Intent), true)]
    [InlineData(nameof(RequestState.Accepted), false)]
    public async Task A_record_of_a_request_on_its_way_is_waited_for_and_one_that_the_host_has_is_followed(string state, bool isWaitedFor)
    {
        var other = Open();
        var elsewhere = _entry with { Row = _entry.Row! with { Row = "e15e", Directory = "/elsewhere" } };
        Assert.True(await other.ClaimAsync(elsewhere, newest: null, isSeen: true, CancellationToken.None));
        await AdvanceAsync(other, state);
        var claims = new RowClaims(Open(), Unchanged, new SkippingTime()) { WaitLimit = TimeSpan.FromSeconds(20) };

        var made = await claims.ClaimAsync(Again, new NamedRequest(_entry.LedgerId, EndedBadly: false), CancellationToken.None).InTime();

        Assert.Equal(isWaitedFor, made is ClaimOutcome.Report { Error: WaitTimeoutException });
        Assert.Equal(!isWaitedFor, made is ClaimOutcome.Continue { IsClaimed: false });
    }

    [Fact]
    public async Task Who_does_not_resume_does_not_follow_a_record_either()
    {
        var named = Sample.Stored(_entry with { Row = _entry.Row! with { Row = "e15e" } }, RequestState.Accepted);
        await Sample.PutAsync(Home.Path, named);
        var claims = new RowClaims(Open(), Unchanged, new SkippingTime()) { NoResume = true };

        Assert.Equal("submit", Name(await claims.ClaimAsync(Again, new NamedRequest(named.LedgerId, EndedBadly: false), CancellationToken.None).InTime()));
    }

    private LedgerEntry Again => field ??= _entry with { LedgerId = LedgerEntry.NewId() };

    private static Task<LedgerRequest?> Unchanged(LedgerRequest known, CancellationToken cancellation) => Task.FromResult<LedgerRequest?>(known);

    private static string Name(ClaimOutcome outcome) => outcome switch
    {
        ClaimOutcome.Submit => "submit",
        ClaimOutcome.Continue => "continue",
        _ => "report",
    };

    private static async Task<(ClaimOutcome? Made, Exception? Error)> TryAsync(Func<Task<ClaimOutcome>> claim)
    {
        try
        {
            return (await claim(), null);
        }
        catch (WaitTimeoutException error)
        {
            return (null, error);
        }
    }

    private static RowClaims Claims(RequestLedger ledger) => new(ledger, Unchanged, new SkippingTime());

    private Task<ClaimOutcome> ClaimAsync(
        RequestLedger ledger,
        bool submitsOnly = false,
        bool noResume = false,
        string? directory = null,
        Func<LedgerRequest, CancellationToken, Task<LedgerRequest?>>? reconcile = null) =>
        new RowClaims(ledger, reconcile ?? Unchanged, new SkippingTime()) { SubmitsOnly = submitsOnly, NoResume = noResume, Directory = directory }
            .ClaimAsync(Again, named: null, CancellationToken.None).InTime();

    private Task PutAsync(string state, long? owner = null) =>
        Sample.PutAsync(Home.Path, Sample.Stored(_entry, Enum.Parse<RequestState>(state), owner));

    private async Task AdvanceAsync(RequestLedger ledger, string state)
    {
        foreach (var step in new[] { RequestState.Intent, RequestState.Accepted }.TakeWhile(_ => state != nameof(RequestState.Claimed)))
        {
            await ledger.RecordAsync(step, _entry with { RequestId = "r-1" }, CancellationToken.None);
            if ($"{step}" == state)
            {
                return;
            }
        }
    }
}
