using Imagen4.Core.Ledger;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>Rewriting changes the files, never what they say.</summary>
public sealed class CompactionTests : LedgerTest
{
    [Fact]
    public void Segments_of_dead_processes_become_one_that_says_the_same()
    {
        var lines = WriteSegments(10);
        var before = States(lines);

        Assert.True(Compact(Open()));

        Assert.Single(Folder.FindSegments());
        Assert.Equal(before, States(Read()));
        Assert.True(Compact(Open()));
        Assert.Equal(before, States(Read()));
    }

    [Fact]
    public async Task It_runs_once_in_a_process_and_only_where_there_are_many_segments()
    {
        var before = States(WriteSegments(32));
        await Open().CompactOnceAsync().InTime();
        Assert.Equal(32, Folder.FindSegments().Count);

        WriteSegment("more", Sample.Line(LedgerStep.Intent, Sample.Entry(1), "more", 1));
        var ledger = Open();
        await ledger.CompactOnceAsync().InTime();
        Assert.Single(Folder.FindSegments());
        Assert.Equal(before.Count + 1, Read().All().Count);

        WriteSegments(40);
        await ledger.CompactOnceAsync().InTime();
        Assert.Equal(41, Folder.FindSegments().Count);
    }

    [Fact]
    public async Task The_segment_of_a_living_process_stays_and_what_is_written_meanwhile_too()
    {
        using var living = TortureProcess.Start("ledger", Home.Path, "400");
        _ = await living.ReadAsync();
        var compacting = Open();
        var view = Open().View;
        var seen = 0;
        var writing = living.ReadUntilAsync("");
        for (var round = 0; round < 20; round++)
        {
            WriteSegment($"dead{round}", Sample.Line(LedgerStep.Intent, Sample.Entry(round), "dead", 1));
            _ = Compact(compacting);
            view.Refresh();

            // Nothing that was known is ever unknown again.
            Assert.True(view.All().Count >= seen + 1);
            seen = view.All().Count;
        }

        _ = await writing;
        var all = Read();
        Assert.Equal(420, all.All().Count);
        Assert.Equal(400, all.All().Count(known => known.Step == LedgerStep.Delivered));
        Assert.Empty(all.Damage);
    }

    [Fact]
    public void A_process_that_ended_at_any_step_of_it_has_changed_nothing()
    {
        var before = States(WriteSegments(5));
        var old = Directory.GetFiles(Folder.Segments).ToDictionary(path => path, File.ReadAllBytes);
        Assert.True(Compact(Open()));
        var written = Folder.FindSegments().Single();
        var bytes = File.ReadAllBytes(written);

        // The draft, at several lengths; then the new one and every part of the old ones.
        File.Delete(written);
        foreach (var length in new[] { 0, 10, bytes.Length / 2, bytes.Length })
        {
            Restore(old, 0);
            File.WriteAllBytes(written + ".tmp", bytes[..length]);
            Assert.Equal(before, States(Read()));
        }

        for (var gone = 0; gone <= old.Count; gone++)
        {
            Restore(old, gone);
            File.WriteAllBytes(written, bytes);
            Assert.Equal(before, States(Read()));
        }

        Assert.True(Compact(Open()));
        Assert.Equal(before, States(Read()));
        Assert.Single(Directory.GetFiles(Folder.Segments));
    }

    [Fact]
    public async Task What_is_forgotten_is_gone_from_every_byte_and_does_not_come_back_half_way()
    {
        var lines = WriteSegments(4);
        var gone = lines[0].LedgerId;
        var old = Directory.GetFiles(Folder.Segments).ToDictionary(path => path, File.ReadAllBytes);
        var ledger = Open();
        ledger.View.Refresh();
        var known = ledger.View.OfLedgerId(gone)!;
        await ledger.RecordAsync(LedgerStep.Removed, known);
        ledger.Claims.Forget(known.Row!, known.Claim);
        await ledger.EndSegmentAsync();
        var removal = Folder.FindSegments().Except(old.Keys).Single();
        Assert.Null(Read().OfLedgerId(gone));

        Assert.True(Compact(ledger));

        Assert.Null(Read().OfLedgerId(gone));
        Assert.Equal(lines.Select(line => line.LedgerId).Distinct().Count() - 1, Read().All().Count);
        foreach (var path in Directory.EnumerateFiles(Home.Path, "*", SearchOption.AllDirectories).Where(path => !path.EndsWith(".lock", StringComparison.Ordinal)))
        {
            var text = await File.ReadAllTextAsync(path);
            Assert.DoesNotContain(gone, text, StringComparison.Ordinal);
            Assert.DoesNotContain(known.Row!, text, StringComparison.Ordinal);
            Assert.DoesNotContain("number 0,", text, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(removal));
    }

    [Fact]
    public async Task What_is_forgotten_stays_so_whichever_old_segment_outlasts_a_crash()
    {
        var lines = WriteSegments(4);
        var ledger = Open();
        ledger.View.Refresh();
        await ledger.RecordAsync(LedgerStep.Removed, ledger.View.OfLedgerId(lines[0].LedgerId)!);
        await ledger.EndSegmentAsync();
        var old = Directory.GetFiles(Folder.Segments).ToDictionary(path => path, File.ReadAllBytes);

        // A living process keeps the rewriting from its second half, which is where the crash is.
        using (new FileStream(Folder.OwnerLock("living"), FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            WriteSegment("living", Sample.Line(LedgerStep.Intent, Sample.Entry(77), "living", 1));
            Assert.False(Compact(ledger));
        }

        foreach (var (path, bytes) in old)
        {
            await File.WriteAllBytesAsync(path, bytes);
            Assert.Null(Read().OfLedgerId(lines[0].LedgerId));
            File.Delete(path);
        }
    }

    [Fact]
    public void A_damaged_segment_stays_and_is_told_of()
    {
        WriteSegments(3);
        var path = Folder.FindSegments()[0];
        var bytes = File.ReadAllBytes(path);
        bytes[^20] ^= 4;
        File.WriteAllBytes(path, bytes);
        var before = States(Read());

        Assert.False(Compact(Open()));

        Assert.True(File.Exists(path));
        Assert.Equal([(path, 1)], Read().Damage);
        Assert.Equal(before, States(Read()));
    }

    [Fact]
    public void Claims_go_once_the_segments_say_more_and_others_stay()
    {
        var entry = Sample.Entry(1) with { Claim = 1 };
        WriteSegment("dead", Sample.Line(LedgerStep.Delivered, entry, "dead", 1));
        foreach (var name in new[] { $"{entry.Row!.Row}.0", $"{entry.Row.Row}.1", $"{entry.Row.Row}.2", "other.0" })
        {
            File.WriteAllText(Path.Combine(Folder.Claims, name), "dead");
        }

        Assert.True(Compact(Open()));

        Assert.Equal([$"{entry.Row.Row}.2", "other.0"], Directory.GetFiles(Folder.Claims).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    private static bool Compact(RequestLedger ledger) => new Compaction(ledger, TimeProvider.System).Run();

    private static void Restore(Dictionary<string, byte[]> old, int gone)
    {
        foreach (var (path, bytes) in old.Skip(gone))
        {
            File.WriteAllBytes(path, bytes);
        }

        foreach (var path in old.Keys.Take(gone))
        {
            File.Delete(path);
        }
    }

    private List<LedgerLine> WriteSegments(int count)
    {
        var all = new List<LedgerLine>();
        for (var number = 0; number < count; number++)
        {
            var lines = BitFlips.Lines($"dead{number}", number * 100).ToList();
            WriteSegment($"{Guid.NewGuid():N}", lines);
            all.AddRange(lines);
        }

        return all;
    }
}
