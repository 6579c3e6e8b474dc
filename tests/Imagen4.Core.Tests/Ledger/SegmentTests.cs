using System.Text;
using Imagen4.Core.Ledger;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>What is read from whole, cut off and damaged files.</summary>
public sealed class SegmentTests : LedgerTest
{
    private static readonly IReadOnlyList<LedgerLine> Lines = BitFlips.Lines("owner");

    [Fact]
    public void Every_step_can_be_read_again()
    {
        var entry = Sample.Entry(1);
        var lines = Enum.GetValues<LedgerStep>().Select(step => Sample.Line(step, entry, "owner", 5)).ToList();
        WriteSegment("owner", lines);
        var told = new List<LedgerStep>();

        var reader = new SegmentReader(Folder.Segment("owner", 1));
        Assert.True(reader.TryRead(line => told.Add(line.Step)));

        Assert.Equal(Enum.GetValues<LedgerStep>(), told);
        Assert.Equal(0, reader.Damaged);
    }

    [Fact]
    public void A_segment_cut_at_any_byte_says_what_its_whole_lines_say()
    {
        var bytes = Sample.Segment("owner", Lines);
        for (var length = 0; length <= bytes.Length; length++)
        {
            WriteBytes("owner", bytes[..length]);
            var whole = Math.Max(0, bytes.AsSpan(0, length).Count((byte)'\n') - 1);

            var view = Read();

            Assert.Equal(States(Lines.Take(whole)), States(view));
            Assert.Empty(view.Damage);
        }
    }

    [Fact]
    public void A_damaged_line_in_the_middle_is_counted_and_the_others_hold()
    {
        var bytes = Sample.Segment("owner", Lines);
        bytes[StartOf(bytes, 3) + 40] ^= 1;
        bytes[StartOf(bytes, 7) + 40] ^= 1;
        WriteBytes("owner", bytes);

        var view = Read();

        Assert.Equal([(Folder.Segment("owner", 1), 2)], view.Damage);
        Assert.True(view.IsDamaged("owner"));
        Assert.False(view.IsDamaged("own"));
        Assert.Equal(States(Lines.Where((_, index) => index is not (2 or 6))), States(view));
    }

    [Fact]
    public void A_last_line_whose_line_feed_is_damaged_still_counts_and_one_that_was_cut_off_does_not()
    {
        var bytes = Sample.Segment("owner", Lines);
        bytes[^1] = (byte)'\b';
        WriteBytes("owner", bytes);
        WriteBytes("other", Sample.Segment("other", BitFlips.Lines("other"))[..^1]);

        var view = Read();

        Assert.Equal([(Folder.Segment("owner", 1), 1)], view.Damage);
        Assert.Equal(LedgerStep.Intent, view.OfLedgerId(Lines[^1].LedgerId)!.Step);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20261120)]
    public async Task No_flipped_bit_makes_anything_untrue_or_passes_a_request_for_one_that_was_never_sent(int seed)
    {
        var trials = int.TryParse(Environment.GetEnvironmentVariable("IMAGEN4_TEST_FLIPS"), out var given) ? given : 1500;

        Assert.Empty(await BitFlips.FindAsync(trials, seed));
    }

    [Fact]
    public void A_segment_of_a_future_version_is_refused_and_named()
    {
        var header = CheckedLine.Write(new SegmentHeader(SegmentHeader.Current + 1, "owner"), LedgerJson.Plain.SegmentHeader);
        WriteBytes("owner", header);

        var error = Assert.Throws<LedgerUnavailableException>(Read);

        Assert.Contains(Folder.Segment("owner", 1), error.Message, StringComparison.Ordinal);
        Assert.Contains("version 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Members_nobody_knows_are_ignored()
    {
        var line = Sample.Line(LedgerStep.Intent, Sample.Entry(1), "owner", 5);
        var known = Encoding.UTF8.GetString(CheckedLine.Write(line, LedgerJson.Plain.LedgerLine))[9..^2];
        var more = System.Text.Json.JsonSerializer.SerializeToElement(System.Text.Json.JsonElement.Parse(known + ""","future":{"a":[1,{"b":null}]},"x9":"y"}"""));
        WriteBytes("owner", [.. Sample.Segment("owner", []), .. CheckedLine.Write(more, System.Text.Json.JsonSerializerOptions.Default.GetTypeInfo(typeof(System.Text.Json.JsonElement)) as System.Text.Json.Serialization.Metadata.JsonTypeInfo<System.Text.Json.JsonElement> ?? throw new InvalidOperationException())]);

        var view = Read();

        Assert.Empty(view.Damage);
        Assert.Equal(Sample.State([line]), Sample.State(view.OfLedgerId(line.LedgerId)));
    }

    [Fact]
    public void A_segment_of_many_blocks_is_read_like_a_small_one_and_what_is_added_later_too()
    {
        var lines = Enumerable.Range(0, 4000).SelectMany(number => new[] { LedgerStep.Intent, LedgerStep.Accepted }
            .Select(step => (number, step))).GroupBy(one => one.number)
            .SelectMany(one => Of(one.Key, [.. one.Select(each => each.step)])).ToList();
        var bytes = Sample.Segment("owner", lines);
        Assert.True(bytes.Length > 2_000_000);
        var cut = bytes.Length / 2;
        WriteBytes("owner", bytes[..cut]);
        using var living = new FileStream(Folder.OwnerLock("owner"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        var view = Read();
        var half = view.All().Count;

        WriteBytes("owner", bytes);
        view.Refresh();

        Assert.InRange(half, 1500, 2500);
        Assert.Equal(States(lines), States(view));
        Assert.Empty(view.Damage);
    }

    private static IEnumerable<LedgerLine> Of(int number, IReadOnlyList<LedgerStep> steps)
    {
        var entry = Sample.Entry(number);
        return steps.Select((step, index) => Sample.Line(step, entry, "owner", 1000 + index));
    }

    private static int StartOf(byte[] bytes, int line)
    {
        var start = 0;
        for (; line > 0; line--)
        {
            start = Array.IndexOf(bytes, (byte)'\n', start) + 1;
        }

        return start;
    }
}
