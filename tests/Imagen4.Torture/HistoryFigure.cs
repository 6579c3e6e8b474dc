using System.Diagnostics;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.Sqlite;
using Imagen4.Core.Ledger.States;

namespace Imagen4.Torture;

/// <summary>What a ledger of many requests costs a command of one row, against a ledger of none.</summary>
internal static class HistoryFigure
{
    private const int AtOnce = 5000;

    public static async Task<int> RunAsync(int requests)
    {
        var home = Directory.CreateTempSubdirectory("imagen4-history-").FullName;
        var empty = Directory.CreateTempSubdirectory("imagen4-history-").FullName;
        try
        {
            var clock = Stopwatch.StartNew();
            foreach (var some in Enumerable.Range(1, requests).Chunk(AtOnce))
            {
                await Sample.PutAsync(home, [.. some.Select(number => Sample.Stored(Sample.Entry(number), RequestState.Delivered))]).ConfigureAwait(false);
            }

            var size = new FileInfo(Path.Combine(home, "ledger.db")).Length;
            Console.WriteLine($"{requests} requests written in {clock.Elapsed.TotalSeconds:F1} s; {size >> 20} MiB, {size / requests} bytes each");
            await BeginAsync(empty, "warm").ConfigureAwait(false);
            Directory.Delete(empty, recursive: true);
            for (var round = 1; round <= 3; round++)
            {
                await BeginAsync(empty, "without history").ConfigureAwait(false);
                Directory.Delete(empty, recursive: true);
                await BeginAsync(home, "with history").ConfigureAwait(false);
            }

            return 0;
        }
        finally
        {
            Directory.Delete(home, recursive: true);
            if (Directory.Exists(empty))
            {
                Directory.Delete(empty, recursive: true);
            }
        }
    }

    // What a row needs of the ledger until its POST may be sent.
    private static async Task BeginAsync(string home, string what)
    {
        var before = Process.GetCurrentProcess().WorkingSet64;
        var clock = Stopwatch.StartNew();
        var ledger = new RequestLedger(new SqliteDatabase(home), TimeProvider.System);
        await using (ledger.ConfigureAwait(false))
        {
            var entry = Sample.Entry(-Environment.TickCount);
            _ = await ledger.FindRowAsync(entry.Row!, CancellationToken.None).ConfigureAwait(false);
            _ = await ledger.BeginAsync(CancellationToken.None).ConfigureAwait(false);
            _ = await ledger.FindRowAsync(entry.Row!, CancellationToken.None).ConfigureAwait(false);
            _ = await ledger.ClaimAsync(entry, newest: null, isSeen: true, CancellationToken.None).ConfigureAwait(false);
            await ledger.RecordAsync(RequestState.Intent, entry, CancellationToken.None).ConfigureAwait(false);
            var took = clock.Elapsed;
            Console.WriteLine($"{what}: {took.TotalMilliseconds:F1} ms, {(Process.GetCurrentProcess().WorkingSet64 - before) / 1048576.0:F1} MiB more");
        }
    }
}
