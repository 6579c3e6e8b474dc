using System.Runtime.CompilerServices;
using Imagen4;
using Imagen4.Core.Input;
using Imagen4.Core.Pipeline;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Rows;

namespace BatchFromCSharp;

/// <summary>Runs the rows of a CSV side by side and says what has become of each.</summary>
internal static class Batch
{
    /// <summary>Runs a CSV.</summary>
    /// <returns>How many rows were not delivered.</returns>
    public static async Task<int> RunAsync(string csv, ImagenClient client, BatchOptions options, CancellationToken cancellation)
    {
        var batch = client.StartBatch(options);
        options.Output!.Prepare();
        var failed = 0;
        var side = new ParallelOptions
        {
            MaxDegreeOfParallelism = batch.Hosts.For(null).Profile.ConcurrencyLimit,
            CancellationToken = cancellation,
        };
        // Checked one after the other, in the order of the file: the third of three like rows is the third in the next run, too.
        var rows = await CheckAsync(batch, CsvFile.Read(csv), cancellation).ToListAsync(cancellation);
        foreach (var (before, count) in rows.Select(row => row.Ready?.PaidBefore).OfType<PaidBefore>().CountBy(before => before))
        {
            Console.Error.WriteLine(before.Message($"{count}"));
        }

        await Parallel.ForEachAsync(rows, side, async (row, token) =>
        {
            var outcome = row.Ready is { } ready ? await batch.RunAsync(ready, token) : new RowOutcome<ImagenResult>(null, row.Error);
            Interlocked.Add(ref failed, outcome.Error is null ? 0 : 1);
            Console.WriteLine(outcome.Error is { } error ? error.Message : $"{outcome.Value!.Index,4} {outcome.Value.Images}");
        });

        foreach (var warning in batch.Counts.LedgerWarnings)
        {
            Console.Error.WriteLine(warning);
        }

        Console.WriteLine($"{failed} of the rows were not delivered.");
        return failed;
    }

    private static async IAsyncEnumerable<(CheckedRow? Ready, ImagenException? Error)> CheckAsync(
        RowBatch batch, IEnumerable<IReadOnlyDictionary<string, object?>> rows, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var (index, cells) in rows.Index())
        {
            yield return await CheckAsync(batch, index + 1, cells, cancellation);
        }
    }

    private static async Task<(CheckedRow? Ready, ImagenException? Error)> CheckAsync(
        RowBatch batch, int index, IReadOnlyDictionary<string, object?> cells, CancellationToken cancellation)
    {
        try
        {
            return (await batch.CheckAsync(RowReader.Read(index, cells), cancellation), null);
        }
        catch (ImagenException error)
        {
            return (null, error);
        }
    }
}
