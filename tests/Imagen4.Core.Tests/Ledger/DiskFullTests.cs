using System.Diagnostics;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.Sqlite;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;
using Xunit.Abstractions;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>A disk that is really full: a small file system in memory, where this machine lets us have one.</summary>
public sealed class DiskFullTests(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _home = new();
    private bool _isMounted;

    public void Dispose()
    {
        if (_isMounted)
        {
            _ = Run("umount", _home.Path);
        }

        _home.Dispose();
    }

    [Fact]
    public async Task On_a_full_disk_nothing_half_written_stays_and_the_next_request_is_whole()
    {
        _isMounted = OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", _home.Path);
        if (!_isMounted)
        {
            output.WriteLine("!! NOT RUN: no file system can be mounted here, so no disk was full.");
            return;
        }

        var ledger = new RequestLedger(new SqliteDatabase(_home.Path), TimeProvider.System);
        await using (ledger.ConfigureAwait(false))
        {
            var kept = new List<string>();
            await FillAsync(ledger, kept);

            AssertKnows(ledger, kept);

            // There may be room for one more; where there is none, trying leaves nothing behind.
            for (var failed = 0; failed < 20;)
            {
                var (id, error) = await TryRecordAsync(ledger, Sample.Entry(kept.Count + 1));
                failed += error is null ? 0 : 1;
                kept.AddRange(error is null ? [id] : []);
            }

            AssertKnows(ledger, kept);

            File.Delete(_home.At("ballast"));
            var late = Sample.Entry(1_000_000);
            await RecordAsync(ledger, late);
            AssertKnows(ledger, [.. kept, late.LedgerId]);
        }
    }

    private async Task FillAsync(RequestLedger ledger, List<string> kept)
    {
        await File.WriteAllBytesAsync(_home.At("ballast"), new byte[256 * 1024]);

        // Several at once are written together: where the last does not fit, the first are taken back, too.
        for (var isFull = false; !isFull;)
        {
            var entries = Enumerable.Range(kept.Count + 1, 20).Select(Sample.Entry).ToList();
            foreach (var (id, error) in await Task.WhenAll(entries.Select(entry => TryRecordAsync(ledger, entry))))
            {
                if (error is null)
                {
                    kept.Add(id);
                    continue;
                }

                isFull = true;
                Assert.Contains("nothing more is submitted", error.Message, StringComparison.Ordinal);
            }
        }
    }

    private static async Task<(string Id, LedgerUnavailableException? Error)> TryRecordAsync(RequestLedger ledger, LedgerEntry entry)
    {
        try
        {
            await RecordAsync(ledger, entry);
            return (entry.LedgerId, null);
        }
        catch (LedgerUnavailableException error)
        {
            return (entry.LedgerId, error);
        }
    }

    private static Task<bool> RecordAsync(RequestLedger ledger, LedgerEntry entry) =>
        ledger.ClaimAsync(entry, newest: null, isSeen: true, CancellationToken.None).InTime();

    private static void AssertKnows(RequestLedger ledger, IEnumerable<string> ids)
    {
        var all = ledger.List(new LedgerQuery()).Select(listed => listed.Known).ToList();
        Assert.DoesNotContain(all, known => known.IsDamaged);
        Assert.Equal(ids.Order(StringComparer.Ordinal), all.Select(known => known.LedgerId).Order(StringComparer.Ordinal));
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
