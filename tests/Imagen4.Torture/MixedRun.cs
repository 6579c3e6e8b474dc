using System.Diagnostics;
using System.Security.Cryptography;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger.Store;

namespace Imagen4.Torture;

/// <summary>
/// One batch for all hosts, each with faults of its own but one, which has none: run again and again, with what was not delivered
/// piped in again after each run, until every row has come to its end. Then: who paid what, and what is on disk.
/// </summary>
internal sealed class MixedRun
{
    private const int MostRuns = 25;
    private const int MostShown = 5;

    // Every so many rows is equal to the one of its provider before it, and every so many asks for what no model gives.
    private const int Equal = 40;
    private const int Refused = 37;

    private static readonly IReadOnlyList<string> SayWhy = ["fal", "fal-sync", "kkiai"];

    private readonly EmulatorAdmin _admin;
    private readonly EmulatorAdmin _other;
    private readonly int _seed;
    private readonly TortureBatch _batch;
    private readonly string _clean;

    // Requests of which somebody was told that they have failed or were cancelled.
    private readonly HashSet<string> _toldToHaveEnded = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImagenResult> _delivered = new(StringComparer.Ordinal);
    private readonly HashSet<string> _defects = new(StringComparer.Ordinal);
    private int _threw;

    /// <param name="admin">The emulator that plays the hosts with faults.</param>
    /// <param name="other">The emulator that plays the host without any.</param>
    /// <param name="folder">Where images go.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="seed">Chooses the faults, and the host without any.</param>
    public MixedRun(EmulatorAdmin admin, EmulatorAdmin other, string folder, int rows, int seed)
    {
        (_admin, _other, _seed) = (admin, other, seed);
        _clean = Host(seed);
        _batch = new TortureBatch(admin.Address, folder, $"seed {seed}", rows, SideBySide: 200)
        {
            Time = new FastTime(10),
            Apart = (_clean, other.Address),
            Providers = TortureHosts.All,
            Subject = row => IsRefused(row) ? $"row {row}, forbidden" : $"row {(row % Equal == 0 ? row - TortureHosts.All.Count : row)}",
        };
    }

    /// <summary>Runs it.</summary>
    /// <returns>How many things are wrong.</returns>
    public async Task<int> RunAsync()
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var rule in Rules())
        {
            await _admin.FaultAsync(rule).ConfigureAwait(false);
        }

        var runs = 0;
        var notDeliveredAtOnce = 0;
        IReadOnlyDictionary<int, End<ImagenResult>> ends;
        do
        {
            // A host that puts ten in doubt, or does not take the key, gets no more in this run; the next one goes on where it ended.
            ends = Noted(await _batch.RunAsync().ConfigureAwait(false));
            if (runs == 0)
            {
                notDeliveredAtOnce = ends.Count(end =>
                    _batch.Provider(end.Key) == _clean && !IsRefused(end.Key) && State(end.Value) != ImagenStates.Delivered);
            }

            await AskAgainAsync(ends).ConfigureAwait(false);
        }
        while (++runs < MostRuns && ends.Any(end => !HasEnded(end)));

        // Whatever is left was the hosts' doing.
        await _admin.ClearFaultsAsync().ConfigureAwait(false);
        ends = Noted(await _batch.RunAsync().ConfigureAwait(false));

        var figures = await FiguresAsync(ends, notDeliveredAtOnce).ConfigureAwait(false);
        var states = ends.Values.CountBy(end => State(end) ?? "none")
            .OrderBy(state => state.Key)
            .Select(state => $"{state.Value} {state.Key}");
        var took = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine(
            $"seed {_seed}: {_batch.Rows} rows in {runs + 1} runs, {took:F0} s: {string.Join(", ", states)}; "
            + string.Join(", ", figures.Select(figure => $"{figure.Name} {figure.Count}")));
        ShowWrong(ends);
        await ShowPaidAgainAsync().ConfigureAwait(false);
        return figures.Sum(figure => figure.Count);
    }

    private async Task<IReadOnlyList<(string Name, int Count)>> FiguresAsync(
        IReadOnlyDictionary<int, End<ImagenResult>> ends, int notDeliveredAtOnce)
    {
        var truth = await HostTruth.ReadAsync(_admin, _other).ConfigureAwait(false);
        var partial = Directory.EnumerateFiles(_batch.Folder, "*.partial", new EnumerationOptions { AttributesToSkip = 0 });
        var delivered = ends.Where(end => State(end.Value) == ImagenStates.Delivered).ToList();
        var extra = new Dictionary<string, int>();
        var refusedAgain = 0;
        var unpaid = 0;
        foreach (var rows in Enumerable.Range(1, _batch.Rows).GroupBy(row => (Host: _batch.Provider(row), Prompt: _batch.Prompt(row))))
        {
            // Rows that are equal share their bills.
            var bills = truth.Bills(rows.Key.Host, rows.Key.Prompt);
            var tooMany = Math.Max(0, bills - rows.Count());
            unpaid += Math.Max(0, rows.Count(row => State(ends[row]) == ImagenStates.Delivered) - bills);
            refusedAgain += IsRefused(rows.First()) ? tooMany : 0;
            extra[rows.Key.Host] = extra.GetValueOrDefault(rows.Key.Host) + (IsRefused(rows.First()) ? 0 : tooMany);
        }

        return
        [
            .. extra.Where(host => host.Value > 0).Select(host => ($"extra bills of {host.Key}", host.Value)),
            .. extra.Values.Any(count => count > 0) ? [] : (IEnumerable<(string, int)>)[("extra bills", 0)],
            ("paid for again though refused", refusedAgain),
            ("delivered without a bill", unpaid),
            ("unaccounted for", ends.Count(end => !HasEnded(end))),
            ("threw", _threw),
            ("ended without the host's word", _toldToHaveEnded.Count(request => !truth.HasFailed(request))),
            ($"of {_clean}, which has no faults, not delivered at once", notDeliveredAtOnce),
            ("files of two rows", delivered.Count - delivered.DistinctBy(end => end.Value.Value!.Path).Count()),
            ("files unlike their source", await CompareAsync().ConfigureAwait(false)),
            ("partial files", partial.Count()),
        ];
    }

    private void ShowWrong(IReadOnlyDictionary<int, End<ImagenResult>> ends)
    {
        _defects.ToList().ForEach(defect => Console.WriteLine($"  threw {defect}"));
        foreach (var (row, end) in ends.Where(end => !HasEnded(end)).OrderBy(end => end.Key).Take(MostShown))
        {
            var error = end.Error?.Message.ReplaceLineEndings(" ");
            Console.WriteLine($"  row {row} of {_batch.Provider(row)}: {State(end) ?? "none"}, {error}");
        }
    }

    // What the ledger has of rows that were paid for more often than they should have been.
    private async Task ShowPaidAgainAsync()
    {
        var truth = await HostTruth.ReadAsync(_admin, _other).ConfigureAwait(false);
        var wrong = Enumerable.Range(1, _batch.Rows).GroupBy(row => (Host: _batch.Provider(row), Prompt: _batch.Prompt(row)))
            .Where(rows => truth.Bills(rows.Key.Host, rows.Key.Prompt) > rows.Count())
            .Select(rows => rows.Key.Prompt)
            .ToHashSet(StringComparer.Ordinal);
        var all = TortureClient.Ledger.ListAsync(new LedgerQuery { WithSuperseded = true }, CancellationToken.None);
        var requests = (await all.ToListAsync().ConfigureAwait(false)).Select(listed => listed.Known)
            .Where(known => wrong.Contains(known.Input?.Prompt ?? "") || (_toldToHaveEnded.Contains(known.RequestId ?? "") && !truth.HasFailed(known.RequestId)));
        foreach (var known in requests.Take(MostShown * 4))
        {
            Console.WriteLine($"  {known.Provider} '{known.Input?.Prompt}', {known.RequestId}: {known.Step}, {known.Error?.ReplaceLineEndings(" ")} ({known.ErrorType})");
        }
    }

    private static string Host(int number) => TortureHosts.All[number % TortureHosts.All.Count];

    private static string? State(End<ImagenResult> end) => end.Value?.State;

    private IEnumerable<object> Rules() =>
    [
        HostFaults.Refusal(Host(_seed + 1)),
        HostFaults.Outage(Host(_seed + 2)),
        .. TortureHosts.All.Where(host => host != _clean).SelectMany(host => HostFaults.Of(host, _seed)),
    ];

    // Somebody asks how far they are, and pipes them in again: live at one seed, through a CSV at the next.
    private async Task AskAgainAsync(IReadOnlyDictionary<int, End<ImagenResult>> ends)
    {
        var left = ends.Where(end => end.Value.Value is { } result && result.State != ImagenStates.Delivered)
            .ToDictionary(end => end.Key, end => end.Value.Value!);
        var requests = left.Where(result => result.Value.RequestId is not null)
            .ToDictionary(result => result.Key, result => Record(result.Value));
        foreach (var told in (await _batch.AskAsync(requests).ConfigureAwait(false)).Values)
        {
            Note(told, told.Value?.State, told.Value?.RequestId);
        }

        _ = Noted(await _batch.RetryAsync(left, asText: _seed % 2 == 0).ConfigureAwait(false));
    }

    private static RequestRecord Record(ImagenResult result) =>
        new() { Index = result.Index, RequestId = result.RequestId!, Provider = result.Provider, Model = result.Model };

    private IReadOnlyDictionary<int, End<ImagenResult>> Noted(IReadOnlyDictionary<int, End<ImagenResult>> ends)
    {
        foreach (var end in ends.Values)
        {
            Note(end, State(end), end.Value?.RequestId);
            if (end.Value is { State: ImagenStates.Delivered, Path: { } path })
            {
                _delivered[path] = end.Value;
            }
        }

        return ends;
    }

    private void Note<T>(End<T> end, string? state, string? requestId)
        where T : class
    {
        if (state is ImagenStates.Failed or ImagenStates.Cancelled && requestId is not null)
        {
            _ = _toldToHaveEnded.Add(requestId);
        }

        if (end.IsDefect)
        {
            _threw++;
            _ = _defects.Add($"{end.Error!.GetType().Name}: {end.Error.Message.ReplaceLineEndings(" ")}");
        }
    }

    private bool IsRefused(int row) => row % Refused == 0 && row % Equal != 0 && SayWhy.Contains(_batch.Provider(row));

    private bool HasEnded(KeyValuePair<int, End<ImagenResult>> end) => end.Value.Value switch
    {
        { State: ImagenStates.Delivered or ImagenStates.InDoubt } => true,
        { State: ImagenStates.Failed or ImagenStates.Rejected, Error: not null } => IsRefused(end.Key),
        _ => false,
    };

    // Every file of every run, against the bytes the host has.
    private async Task<int> CompareAsync()
    {
        var unlike = 0;
        await Parallel.ForEachAsync(_delivered.Values.SelectMany(result => result.Images), async (image, cancellation) =>
        {
            var source = await _admin.SourceAsync(image.Uri!).ConfigureAwait(false);
            var saved = await File.ReadAllBytesAsync(image.Path!, cancellation).ConfigureAwait(false);
            if (!SHA256.HashData(source).AsSpan().SequenceEqual(SHA256.HashData(saved)))
            {
                Interlocked.Increment(ref unlike);
            }
        }).ConfigureAwait(false);
        return unlike;
    }
}
