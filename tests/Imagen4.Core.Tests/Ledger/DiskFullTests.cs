using System.Diagnostics;
using Imagen4.Core.Ledger;
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
    public async Task On_a_full_disk_nothing_half_written_stays_and_the_next_line_is_whole()
    {
        _isMounted = OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", _home.Path);
        if (!_isMounted)
        {
            output.WriteLine("!! NOT RUN: no file system can be mounted here, so no disk was full.");
            return;
        }

        var ledger = new RequestLedger(_home.Path, TimeProvider.System);
        await using (ledger.ConfigureAwait(false))
        {
            var kept = new List<string>();
            await FillAsync(ledger, kept);

            // A last page may have room for part of a line: the failure repeats, and begins no end of segments.
            await Assert.ThrowsAsync<LedgerUnavailableException>(() => RecordAsync(ledger, Sample.Entry(0)));
            Assert.True(ledger.Folder.FindSegments().Count <= 2);
            AssertKnows(ledger, kept);

            File.Delete(_home.At("ballast"));
            var late = Sample.Entry(1_000_000);
            await RecordAsync(ledger, late);
            AssertKnows(ledger, [.. kept, late.LedgerId]);
        }
    }

    private async Task FillAsync(RequestLedger ledger, List<string> kept)
    {
        await File.WriteAllBytesAsync(_home.At("ballast"), new byte[64 * 1024]);
        for (var number = 1; ; number++)
        {
            var entry = Sample.Entry(number);
            try
            {
                await RecordAsync(ledger, entry);
                kept.Add(entry.LedgerId);
            }
            catch (LedgerUnavailableException error)
            {
                Assert.Contains("nothing is submitted", error.Message, StringComparison.Ordinal);
                return;
            }
        }
    }

    private static Task RecordAsync(RequestLedger ledger, LedgerEntry entry) =>
        ledger.RecordAsync(LedgerStep.Intent, entry, CancellationToken.None).AsTask().InTime();

    private static void AssertKnows(RequestLedger ledger, IEnumerable<string> ids)
    {
        var view = new LedgerView(ledger.Folder);
        view.Refresh();
        Assert.Empty(view.Damage);
        Assert.Equal(ids.Order(StringComparer.Ordinal), view.All().Select(known => known.LedgerId).Order(StringComparer.Ordinal));
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
