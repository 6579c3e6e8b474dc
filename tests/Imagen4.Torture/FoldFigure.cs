using System.Diagnostics;
using Imagen4.Core.Ledger;

namespace Imagen4.Torture;

/// <summary>How long it takes to read a ledger of many requests.</summary>
internal static class FoldFigure
{
    private const int Segments = 8;

    public static int Run(int requests)
    {
        var home = Directory.CreateTempSubdirectory("imagen4-fold-").FullName;
        try
        {
            var folder = new LedgerFolder(home);
            folder.Create();
            long size = 0;
            for (var segment = 0; segment < Segments; segment++)
            {
                var first = segment;
                var entries = Enumerable.Range(0, requests).Where(number => number % Segments == first).Select(Sample.Entry);
                var bytes = Sample.Segment($"owner{segment}", entries.SelectMany(entry => new[] { LedgerStep.Intent, LedgerStep.Accepted, LedgerStep.Delivered }
                    .Select((step, index) => Sample.Line(step, entry, $"owner{first}", 1_700_000_000_000 + index))));
                File.WriteAllBytes(folder.Segment($"owner{segment}", 1), bytes);
                size += bytes.Length;
            }

            GC.Collect();
            for (var round = 1; round <= 3; round++)
            {
                var before = GC.GetTotalMemory(forceFullCollection: true);
                var view = new LedgerView(folder);
                var busy = Process.GetCurrentProcess().TotalProcessorTime;
                var clock = Stopwatch.StartNew();
                view.Refresh();
                var took = clock.Elapsed;
                busy = Process.GetCurrentProcess().TotalProcessorTime - busy;
                var kept = GC.GetTotalMemory(forceFullCollection: true) - before;
                Console.WriteLine($"fold {round}: {view.All().Count} requests, {size >> 20} MiB in {took.TotalSeconds:F2} s (processor {busy.TotalSeconds:F2} s); keeps {kept >> 20} MiB, process peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB");
            }

            return 0;
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }
}
