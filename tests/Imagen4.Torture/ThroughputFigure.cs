using System.Diagnostics;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.Postgres;
using Imagen4.Core.Ledger.Sqlite;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;

namespace Imagen4.Torture;

/// <summary>
/// How many rows a ledger takes in a second, each with four durable steps, and what a row costs of the processor and of the disk.
/// </summary>
internal static class ThroughputFigure
{
    private const int SideBySide = 256;
    private const int WarmUp = 500;

    /// <summary>Measures a ledger of its own: a file in a temporary folder, or a database on a server that lives as long as this.</summary>
    /// <param name="rows">How many rows.</param>
    /// <param name="options">Which of the two.</param>
    public static async Task<int> RunAsync(int rows, TortureOptions options)
    {
        var ledgers = await TortureLedgers.StartAsync(options).ConfigureAwait(false);
        await using var ending = ledgers.ConfigureAwait(false);
        return await RunAsync(rows, await ledgers.NewAsync().ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>Measures.</summary>
    /// <param name="rows">How many rows.</param>
    /// <param name="address">The PostgreSQL database; null for SQLite in a temporary folder.</param>
    public static async Task<int> RunAsync(int rows, string? address)
    {
        var home = Directory.CreateTempSubdirectory("imagen4-throughput-").FullName;
        try
        {
            var settings = address is null ? null : PostgresAddress.Read(address);
            ILedgerDatabase database = settings is null ? new SqliteDatabase(home) : new PostgresDatabase(settings);
            var ledger = new RequestLedger(database, TimeProvider.System);
            await using (ledger.ConfigureAwait(false))
            {
                var unique = Environment.TickCount & 0xFFFF;
                await WriteAsync(ledger, unique * 1_000_000, WarmUp).ConfigureAwait(false);
                var process = Process.GetCurrentProcess();
                var (clock, before) = (Stopwatch.StartNew(), process.TotalProcessorTime);
                await WriteAsync(ledger, (unique * 1_000_000) + WarmUp, rows).ConfigureAwait(false);
                process.Refresh();
                var (took, spent) = (clock.Elapsed, process.TotalProcessorTime - before);
                Console.WriteLine(
                    $"{database.Location}: {rows} rows of four durable steps in {took.TotalSeconds:F1} s: {rows / took.TotalSeconds:F0} rows/s, "
                    + $"{spent.TotalMilliseconds / rows:F3} ms of processor time a row in this process");
            }

            if (settings is null)
            {
                var size = new DirectoryInfo(home).EnumerateFiles("ledger.db*").Sum(file => file.Length);
                Console.WriteLine($"{size / (rows + WarmUp)} bytes a row on disk");
            }

            return 0;
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static Task WriteAsync(RequestLedger ledger, int first, int rows)
    {
        var next = first;
        return Task.WhenAll(Enumerable.Range(0, SideBySide).Select(async _ =>
        {
            for (int number; (number = Interlocked.Increment(ref next)) <= first + rows;)
            {
                await WriteAsync(ledger, Sample.Entry(number)).ConfigureAwait(false);
            }
        }));
    }

    private static async Task WriteAsync(RequestLedger ledger, LedgerEntry entry)
    {
        if (await ledger.FindRowAsync(entry.Row!, CancellationToken.None).ConfigureAwait(false) is not null
            || !await ledger.ClaimAsync(entry, newest: null, isSeen: true, CancellationToken.None).ConfigureAwait(false))
        {
            throw new InvalidOperationException("Nobody else has the row.");
        }

        var accepted = entry with { RequestId = Guid.NewGuid().ToString() };
        await ledger.RecordAsync(RequestState.Intent, entry, CancellationToken.None).ConfigureAwait(false);
        await ledger.RecordAsync(RequestState.Accepted, accepted, CancellationToken.None).ConfigureAwait(false);
        await ledger.RecordAsync(RequestState.Delivered, accepted with { Delivery = Sample.Result(entry) }, CancellationToken.None).ConfigureAwait(false);
        await ledger.ReleaseAsync(entry.LedgerId).ConfigureAwait(false);
    }
}
