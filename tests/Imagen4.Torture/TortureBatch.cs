using System.Collections.Concurrent;
using System.Globalization;
using Imagen4.Core.Input;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Protocols.Contract;

namespace Imagen4.Torture;

/// <summary>
/// A batch as a user runs it, on the core the cmdlets use: rows side by side, saved to a folder, continued when run again.
/// </summary>
/// <param name="Address">The emulator.</param>
/// <param name="Folder">Where images go.</param>
/// <param name="Name">Tells its prompts from those of other batches.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="SideBySide">How many at once.</param>
internal sealed record TortureBatch(Uri Address, string Folder, string Name, int Rows, int SideBySide)
{
    /// <summary>A provider with an emulator of its own: what goes wrong on the connections to the others is none of its business.</summary>
    public (string Provider, Uri Address)? Apart { get; init; }

    /// <summary>The longer side of an image where what is measured is not the drawing of it.</summary>
    public const int SmallPixels = 16;

    /// <summary>The longer side of its images.</summary>
    public int Pixels { get; init; } = SmallPixels;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The providers, which the rows have in turn.</summary>
    public IReadOnlyList<string> Providers { get; init; } = [TortureHosts.Queue];

    /// <summary>What a row asks for; rows of one provider that ask for the same are equal.</summary>
    public Func<int, string> Subject { get; init; } = static row => $"row {row}";

    /// <summary>The provider of a row.</summary>
    public string Provider(int row) => Providers[row % Providers.Count];

    /// <summary>The prompt of a row.</summary>
    public string Prompt(int row) => string.Create(CultureInfo.InvariantCulture, $"{Name}, {Subject(row)} [emulator:pixels={Pixels}]");

    /// <summary>Runs it once.</summary>
    /// <returns>What became of each row, by its number.</returns>
    public Task<IReadOnlyDictionary<int, End<ImagenResult>>> RunAsync() => RunAsync(All());

    /// <summary>
    /// Pipes results into the command again, as <c>$r | Where-Object State -ne Delivered | New-ImagenImage -OutputDirectory</c> does.
    /// </summary>
    /// <param name="results">The results, by the number of their row.</param>
    /// <param name="asText">Whether they were exported to a CSV in between.</param>
    public Task<IReadOnlyDictionary<int, End<ImagenResult>>> RetryAsync(IReadOnlyDictionary<int, ImagenResult> results, bool asText) =>
        RunAsync(results.OrderBy(result => result.Key)
            .Select((result, index) => (result.Key, RowReader.Read(index + 1, ResultCells.Of(result.Value, asText)))));

    /// <summary>Submits its rows, and leaves the rest to the hosts.</summary>
    public Task<IReadOnlyDictionary<int, End<ImagenRequest>>> SubmitAsync()
    {
        var options = Options();
        var batch = TortureClient.Client.StartBatch(options);
        return EndsAsync(batch, All(), batch.SubmitAsync);
    }

    /// <summary>Asks for the status of requests, as <c>$r | Get-ImagenRequestStatus</c> does.</summary>
    public Task<IReadOnlyDictionary<int, End<ImagenRequestStatus>>> AskAsync(IReadOnlyDictionary<int, RequestRecord> requests) =>
        FollowAsync(requests, static (run, request) => run.ReadStatusAsync(request, logs: false, changed: null, CancellationToken.None));

    /// <summary>Asks the hosts to cancel requests, as <c>$r | Stop-ImagenRequest -PassThru</c> does.</summary>
    public Task<IReadOnlyDictionary<int, End<ImagenRequestStatus>>> CancelAsync(IReadOnlyDictionary<int, RequestRecord> requests) =>
        FollowAsync(requests, static (run, request) => run.CancelAsync(request, readBack: true, CancellationToken.None));

    /// <summary>Settles what is in doubt, as <c>Get-ImagenRequest -State InDoubt | Resolve-ImagenRequest</c> does.</summary>
    public async Task SettleAsync()
    {
        var resolution = TortureClient.Client.Resolve(Options());
        var doubts = new RequestFilter { States = [ImagenStates.InDoubt] };
        await foreach (var request in TortureClient.Client.Requests.FindAsync(doubts, CancellationToken.None).ConfigureAwait(false))
        {
            var provider = resolution.ProviderOf(request, named: null);
            var host = resolution.Connect(request, provider, requestId: null);
            _ = await resolution.AskAsync(request, provider, host, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private IEnumerable<(int Row, ImageRow Record)> All() => Enumerable.Range(1, Rows)
        .Select(row => (row, new ImageRow { Index = row, Provider = Provider(row), Input = new ImageInput { Prompt = Prompt(row) } }));

    private BatchOptions Options()
    {
        TortureHosts.Use(name => Apart is { } apart && apart.Provider == name ? apart.Address : Address, Time);
        return new BatchOptions { Continues = true, Time = Time };
    }

    private Task<IReadOnlyDictionary<int, End<ImagenResult>>> RunAsync(IEnumerable<(int Row, ImageRow Record)> records)
    {
        var options = Options() with { Wait = true, Output = new OutputFolder(Folder, force: false) };
        options.Output.Prepare();
        var batch = TortureClient.Client.StartBatch(options);
        return EndsAsync(batch, records, batch.RunAsync);
    }

    // Every row is checked before the first one is sent: as in a pipeline, in their order.
    private async Task<IReadOnlyDictionary<int, End<T>>> EndsAsync<T>(
        RowBatch batch, IEnumerable<(int Row, ImageRow Record)> records, Func<CheckedRow, CancellationToken, Task<RowOutcome<T>>> way)
        where T : class
    {
        var ways = new Dictionary<int, Func<Task<RowOutcome<T>>>>();
        foreach (var (row, record) in records)
        {
            try
            {
                var ready = await batch.CheckAsync(record, CancellationToken.None).ConfigureAwait(false);
                ways[row] = () => way(ready, CancellationToken.None);
            }
            catch (ImagenException refused)
            {
                ways[row] = () => Task.FromResult(new RowOutcome<T>(null, refused));
            }
        }

        return await EndsAsync(ways).ConfigureAwait(false);
    }

    private Task<IReadOnlyDictionary<int, End<ImagenRequestStatus>>> FollowAsync(
        IReadOnlyDictionary<int, RequestRecord> requests, Func<RequestFollowUp, RequestReference, Task<RowOutcome<ImagenRequestStatus>>> ask)
    {
        var options = Options();
        var run = TortureClient.Client.FollowUp(options);
        return EndsAsync(requests.ToDictionary(
            request => request.Key, request => (Func<Task<RowOutcome<ImagenRequestStatus>>>)(() => ask(run, run.CreateReference(request.Value)))));
    }

    private async Task<IReadOnlyDictionary<int, End<T>>> EndsAsync<T>(IReadOnlyDictionary<int, Func<Task<RowOutcome<T>>>> ways)
        where T : class
    {
        var ends = new ConcurrentDictionary<int, End<T>>();
        await Parallel.ForEachAsync(ways, new ParallelOptions { MaxDegreeOfParallelism = SideBySide }, async (way, _) =>
            ends[way.Key] = await End<T>.OfAsync(way.Value).ConfigureAwait(false)).ConfigureAwait(false);
        return ends;
    }
}
