using Imagen4.Core.Ledger;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>What is known does not depend on the order in which it is read, on clocks, or on how often it stands somewhere.</summary>
public sealed class FoldTests : LedgerTest
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Lines_in_any_order_any_segment_twice_and_rewritten_say_the_same(int seed)
    {
        var random = new Random(seed);
        var lines = Enumerable.Range(0, 40).SelectMany(number => Story(number, random)).ToList();
        var expected = States(lines);
        var all = lines.Concat(lines.Where(_ => random.Next(3) == 0)).ToArray();
        random.Shuffle(all);
        foreach (var (part, index) in all.Chunk(37).Select((part, index) => (part, index)))
        {
            WriteSegment($"owner{index}", part);
        }

        Assert.Equal(expected, States(Read()));

        // A part is rewritten, and the old segments are still there.
        var old = Directory.GetFiles(Folder.Segments).ToDictionary(path => path, File.ReadAllBytes);
        await using (var ledger = new RequestLedger(Home.Path, TimeProvider.System))
        {
            Assert.True(new Compaction(ledger, TimeProvider.System).Run());
        }

        Assert.Equal(expected, States(Read()));
        foreach (var (path, bytes) in old)
        {
            await File.WriteAllBytesAsync(path, bytes);
        }

        Assert.Equal(expected, States(Read()));
    }

    [Fact]
    public async Task What_a_refusal_was_about_and_the_seed_the_host_told_are_still_known_after_rewriting()
    {
        var (refused, good) = (Sample.Entry(1), Sample.Entry(2));
        WriteSegment(
            "a",
            Sample.Line(LedgerStep.Intent, refused, "a", 1),
            Sample.Line(LedgerStep.Rejected, refused, "a", 2) with { Refusal = "ContentPolicyViolation", ErrorType = "content_policy_violation" },
            Sample.Line(LedgerStep.Intent, good, "a", 1),
            Sample.Line(LedgerStep.Completed, good, "a", 2));
        await using (var ledger = new RequestLedger(Home.Path, TimeProvider.System))
        {
            Assert.True(new Compaction(ledger, TimeProvider.System).Run());
        }

        var view = Read();
        var error = LedgerErrors.Of(view.OfLedgerId(refused.LedgerId)!);

        Assert.Equal("content_policy_violation", Assert.IsType<ContentPolicyViolationException>(error).HostErrorType);
        Assert.Equal("The host said no. It was refused before and was not sent again. Change the row, or send it as it is with -NoResume.", error.Message);
        Assert.False(RowRules.IsSubmittedAgain(view.OfLedgerId(refused.LedgerId)!, refused.Row!));
        Assert.True(RowRules.IsSubmittedAgain(view.OfLedgerId(refused.LedgerId)!, refused.Row! with { InputHash = "another" }));
        Assert.Equal(42, view.OfLedgerId(good.LedgerId)!.Seed);
        Assert.Equal(good.LedgerId, view.OfRequestId("https://queue.fal.run", "renamed", $"request-{good.LedgerId}")!.LedgerId);
        Assert.Null(view.OfRequestId("https://queue.fal.run", "renamed", $"REQUEST-{good.LedgerId}"));
    }

    [Fact]
    public void Clocks_that_go_back_change_nothing()
    {
        var entry = Sample.Entry(1);
        LedgerStep[] steps = [LedgerStep.Intent, LedgerStep.Accepted, LedgerStep.Completed, LedgerStep.Delivered];
        WriteSegment("owner", [.. steps.Select((step, index) => Sample.Line(step, entry, "owner", 1_700_000_000_000 - (index * 86_400_000L)))]);

        var known = Read().OfLedgerId(entry.LedgerId)!;

        Assert.Equal((LedgerStep.Delivered, 1_700_000_000_000 - 86_400_000L), (known.Step, known.Accepted));
    }

    [Fact]
    public void A_later_attempt_counts_for_more_than_the_end_of_the_one_before()
    {
        var entry = Sample.Entry(1);
        WriteSegment(
            "owner",
            Sample.Line(LedgerStep.Intent, entry with { Attempt = 2 }, "owner", 1),
            Sample.Line(LedgerStep.Intent, entry, "owner", 2),
            Sample.Line(LedgerStep.Throttled, entry, "owner", 3));

        Assert.Equal((LedgerStep.Intent, 2), (Read().OfRow(entry.Row!.Row)!.Step, Read().OfRow(entry.Row!.Row)!.Attempt));
    }

    [Fact]
    public void The_newest_of_a_row_is_the_one_with_the_highest_claim_and_the_one_before_it_once_that_is_forgotten()
    {
        var first = Sample.Entry(1);
        var second = first with { LedgerId = LedgerEntry.NewId(), Claim = 1 };
        LedgerLine[] lines =
        [
            Sample.Line(LedgerStep.Delivered, first, "a", 1), Sample.Line(LedgerStep.Delivered, second, "a", 2), Sample.Line(LedgerStep.Removed, second, "a", 3),
        ];
        WriteSegment("a", lines[..2]);
        Assert.Equal(second.LedgerId, Read().OfRow(first.Row!.Row)!.LedgerId);

        foreach (var order in new[] { lines, [lines[2], lines[1], lines[0]], [lines[1], lines[2], lines[0]] })
        {
            WriteSegment("a", order);
            Assert.Equal(first.LedgerId, Read().OfRow(first.Row!.Row)!.LedgerId);
        }
    }

    [Fact]
    public void What_is_handed_out_stays_as_it_is_while_others_read_on()
    {
        var entry = Sample.Entry(1);
        using var living = new FileStream(Folder.OwnerLock("a"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        WriteSegment("a", Sample.Line(LedgerStep.Intent, entry, "a", 1));
        var view = Read();
        var before = view.OfRow(entry.Row!.Row)!;

        WriteSegment("a", Sample.Line(LedgerStep.Intent, entry, "a", 1), Sample.Line(LedgerStep.Accepted, entry, "a", 2));
        view.Refresh();

        Assert.Equal((LedgerStep.Intent, LedgerStep.Accepted), (before.Step, view.OfRow(entry.Row.Row)!.Step));
        Assert.Equal(entry.LedgerId, view.OfRequestId("FAL", $"request-{entry.LedgerId}")!.LedgerId);
    }

    // Steps as they come about, told by up to three processes.
    private static IEnumerable<LedgerLine> Story(int number, Random random)
    {
        var entry = Sample.Entry(number);
        var time = 1_700_000_000_000 + random.Next(1000);
        for (var attempt = 1; attempt <= random.Next(1, 4); attempt++)
        {
            yield return Sample.Line(LedgerStep.Intent, entry with { Attempt = attempt }, "a", time++);
            yield return Sample.Line(random.Next(2) == 0 ? LedgerStep.NotSent : LedgerStep.Throttled, entry with { Attempt = attempt }, "a", time++);
        }

        LedgerStep[] steps = [LedgerStep.InDoubt, LedgerStep.Left, LedgerStep.Accepted, LedgerStep.Held, LedgerStep.Completed, LedgerStep.Failed, LedgerStep.Delivered];
        foreach (var step in steps.Take(random.Next(steps.Length + 1)))
        {
            var claim = step >= LedgerStep.Completed || step == LedgerStep.Held ? random.Next(3) : 0;
            var line = Sample.Line(step, entry with { Claim = claim }, claim == 0 ? "a" : "b", time += random.Next(-5, 10));
            yield return step == LedgerStep.Failed ? line with { Refusal = "InvalidInput" } : line;
        }
    }
}
