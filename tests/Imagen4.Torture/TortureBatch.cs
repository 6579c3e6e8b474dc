using System.Collections.Concurrent;
using Imagen4.Core.Batch;
using Imagen4.Core.Hosts;
using Imagen4.Core.Media;
using Imagen4.Core.Rows;

namespace Imagen4.Torture;

/// <summary>A batch as a user runs it, on the core the cmdlets use: rows side by side, saved to a folder, continued when run again.</summary>
/// <param name="Address">The emulator.</param>
/// <param name="Folder">Where images go.</param>
/// <param name="Name">Tells its prompts from those of other batches.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="SideBySide">How many at once.</param>
internal sealed record TortureBatch(Uri Address, string Folder, string Name, int Rows, int SideBySide)
{
    private const string Model = "fal-ai/imagen4/preview";

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The prompt of a row: small images, so that what is measured is not the drawing of them.</summary>
    public string Prompt(int row) => $"{Name}, row {row} [emulator:pixels=16]";

    /// <summary>Runs it once.</summary>
    /// <returns>What became of each row, by its number.</returns>
    public async Task<IReadOnlyDictionary<int, RowOutcome<ImagenResult>>> RunAsync()
    {
        // The platform's address has the history of requests, as the emulator's own profile has it.
        ProviderCatalog.Set(
            ProviderCatalog.Find(ProviderCatalog.EmulatorName) with
            {
                BaseUri = Address,
                PlatformUri = new Uri(Address, "v1"),
                DefaultModel = Model,
                Scope = ProviderScope.Session,
            },
            makeDefault: true);
        var options = new BatchOptions { Wait = true, Output = new OutputFolder(Folder, force: false), Continues = true, Time = Time };
        options.Output.Prepare();
        var check = new RowCheck(options, new HostConnections(options));
        var run = new RowRun(options);
        var outcomes = new ConcurrentDictionary<int, RowOutcome<ImagenResult>>();
        var rows = Enumerable.Range(1, Rows)
            .Select(index => check.Check(new ImageRow { Index = index, Input = new ImageInput { Prompt = Prompt(index) } }));
        await Parallel.ForEachAsync(rows, new ParallelOptions { MaxDegreeOfParallelism = SideBySide }, async (row, cancellation) =>
            outcomes[row.Row.Index] = await run.RunAsync(row, cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        return outcomes;
    }
}
