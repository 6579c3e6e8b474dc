using Imagen4.Core.Ledger;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>A line is there once it has been said to be, whole or not at all.</summary>
public sealed class SegmentWriterTests : LedgerTest
{
    [Fact]
    public async Task Many_writers_at_once_lose_nothing_and_every_request_keeps_its_order()
    {
        var ledger = Open();
        var entries = Enumerable.Range(0, 200).Select(Sample.Entry).ToList();
        LedgerStep[] steps = [LedgerStep.Intent, LedgerStep.NotSent, LedgerStep.Intent, LedgerStep.Accepted, LedgerStep.Completed, LedgerStep.Delivered];

        await Task.WhenAll(entries.Select(entry => Task.Run(async () =>
        {
            foreach (var step in steps)
            {
                await ledger.RecordAsync(step, entry with { Settings = Core.Rows.SubmitSettings.None }, CancellationToken.None);
            }
        }))).InTime();

        var told = new List<LedgerLine>();
        var reader = new SegmentReader(Assert.Single(Folder.FindSegments()));
        Assert.True(reader.TryRead(told.Add));
        Assert.Equal(0, reader.Damaged);
        Assert.All(entries, entry => Assert.Equal(steps, told.Where(line => line.LedgerId == entry.LedgerId).Select(line => line.Step)));
    }

    [Fact]
    public async Task A_step_can_be_read_by_others_as_soon_as_it_is_said_to_be_written()
    {
        var (writer, reader) = (Open(), Open());
        var entry = Sample.Entry(1);
        foreach (var step in new[] { LedgerStep.Intent, LedgerStep.Accepted, LedgerStep.Delivered })
        {
            await writer.RecordAsync(step, entry, CancellationToken.None);
            reader.View.Refresh();
            Assert.Equal(step, reader.View.OfRow(entry.Row!.Row)!.Step);
        }
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_said_to_be_and_written_again_once_it_can()
    {
        var ledger = Open();
        var entry = Sample.Entry(1);
        await ledger.RecordAsync(LedgerStep.Intent, entry, CancellationToken.None);
        await ledger.EndSegmentAsync();
        Directory.Move(Folder.Segments, Home.At("aside"));
        await File.WriteAllTextAsync(Folder.Segments, "in the way");

        var error = await Assert.ThrowsAsync<LedgerUnavailableException>(() => ledger.RecordAsync(LedgerStep.Accepted, entry, CancellationToken.None).AsTask().InTime());
        Assert.Contains(Folder.Root, error.Message, StringComparison.Ordinal);

        File.Delete(Folder.Segments);
        Directory.Move(Home.At("aside"), Folder.Segments);
        await ledger.RecordAsync(LedgerStep.Delivered, entry, CancellationToken.None).AsTask().InTime();
        var view = Read();
        Assert.Empty(view.Damage);
        Assert.Equal((LedgerStep.Delivered, null), (view.OfLedgerId(entry.LedgerId)!.Step, view.OfLedgerId(entry.LedgerId)!.Accepted));
    }

    [Fact]
    public async Task A_segment_or_a_whole_ledger_that_somebody_deletes_is_begun_again()
    {
        var ledger = Open();
        var (first, second, third) = (Sample.Entry(1), Sample.Entry(2), Sample.Entry(3));
        await ledger.RecordAsync(LedgerStep.Intent, first, CancellationToken.None);
        File.Delete(Assert.Single(Folder.FindSegments()));
        await ledger.RecordAsync(LedgerStep.Intent, second, CancellationToken.None);
        Assert.NotNull(Read().OfLedgerId(second.LedgerId));

        Directory.Delete(Folder.Root, recursive: true);
        await ledger.RecordAsync(LedgerStep.Intent, third, CancellationToken.None);

        Assert.NotNull(Read().OfLedgerId(third.LedgerId));
        Assert.True(OwnerLock.IsAlive(Folder, ledger.Owner));
    }
}
