using Imagen4;
using Imagen4.Core.Batch;
using Imagen4.Core.Rows;

namespace BatchFromCSharp;

/// <summary>Runs the rows of a CSV side by side and says what has become of each.</summary>
internal static class Batch
{
    /// <summary>Runs a CSV.</summary>
    /// <returns>How many rows were not delivered.</returns>
    public static async Task<int> RunAsync(string csv, BatchOptions options, CancellationToken cancellation)
    {
        var hosts = new HostConnections(options);
        var check = new RowCheck(options, hosts);
        var run = new RowRun(options);
        options.Output!.Prepare();
        var failed = 0;
        var side = new ParallelOptions
        {
            MaxDegreeOfParallelism = hosts.For(null).Profile.ConcurrencyLimit,
            CancellationToken = cancellation,
        };
        await Parallel.ForEachAsync(CsvFile.Read(csv).Index(), side, async (record, token) =>
        {
            var outcome = await RunAsync(check, run, record.Index + 1, record.Item, token);
            Interlocked.Add(ref failed, outcome.Error is null ? 0 : 1);
            Console.WriteLine(outcome.Error is { } error ? error.Message : $"{outcome.Value!.Index,4} {outcome.Value.Images}");
        });

        Console.WriteLine($"{failed} of the rows were not delivered.");
        return failed;
    }

    private static async Task<RowOutcome<ImagenResult>> RunAsync(
        RowCheck check, RowRun run, int index, IReadOnlyDictionary<string, object?> cells, CancellationToken cancellation)
    {
        try
        {
            return await run.RunAsync(check.Check(RowReader.Read(index, cells)), cancellation);
        }
        catch (ImagenException error)
        {
            return new RowOutcome<ImagenResult>(null, error);
        }
    }
}
