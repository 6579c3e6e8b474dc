using System.Diagnostics;
using Imagen4.Core.Input;

namespace Imagen4.Torture;

/// <summary>
/// Requests that would run for an hour are cancelled at hosts that fail: what is called cancelled is, and what goes on is not.
/// </summary>
internal static class CancelRun
{
    private const int MostTries = 10;

    /// <param name="admin">The emulator.</param>
    /// <param name="rows">How many requests.</param>
    /// <param name="seed">Chooses the faults.</param>
    /// <returns>How many things are wrong.</returns>
    public static async Task<int> RunAsync(EmulatorAdmin admin, int rows, int seed)
    {
        var started = Stopwatch.GetTimestamp();
        var batch = new TortureBatch(admin.Address, "", $"cancelled, seed {seed}", rows, SideBySide: 50)
        {
            Time = new FastTime(10),
            Providers = TortureHosts.WithRequests,
            Subject = row => $"row {row} [emulator:seconds=3600]",
        };
        foreach (var rule in TortureHosts.WithRequests.SelectMany(host => HostFaults.Of(host, seed)))
        {
            await admin.FaultAsync(rule).ConfigureAwait(false);
        }

        var submitted = await batch.SubmitAsync().ConfigureAwait(false);
        var requests = submitted.Where(end => end.Value.Value?.RequestId is not null)
            .ToDictionary(end => end.Key, end => Record(end.Value.Value!));
        var threw = submitted.Values.Where(end => end.IsDefect).Select(end => end.Error!).ToList();
        var told = new Dictionary<int, ImagenRequestStatus>();
        for (var (tries, left) = (0, requests); tries < MostTries && left.Count > 0; tries++)
        {
            var ends = await batch.CancelAsync(left).ConfigureAwait(false);
            threw.AddRange(ends.Values.Where(end => end.IsDefect).Select(end => end.Error!));
            foreach (var (row, end) in ends)
            {
                if (end.Value is { State: ImagenStates.Cancelled or ImagenStates.Failed or ImagenStates.Completed } status)
                {
                    told[row] = status;
                }
            }

            // Aggregators cannot; what says so at fal is something in between.
            left = left.Where(request => !told.ContainsKey(request.Key) && request.Value.Provider == TortureHosts.Queue)
                .ToDictionary();
        }

        // What the hosts say once nothing is in between.
        await admin.ClearFaultsAsync().ConfigureAwait(false);
        var said = await batch.AskAsync(requests).ConfigureAwait(false);
        var truth = await HostTruth.ReadAsync(admin).ConfigureAwait(false);
        var extra = Enumerable.Range(1, rows).Sum(row => Math.Max(0, truth.Bills(batch.Provider(row), batch.Prompt(row)) - 1));
        var wrong = told.Values.Count(status => status.State != ImagenStates.Cancelled || !truth.IsCancelled(status.RequestId));
        var wrongInTheEnd = said.Values.Count(end =>
            end.Value is { } status && (status.State == ImagenStates.Cancelled) != truth.IsCancelled(status.RequestId));
        var took = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine(
            $"seed {seed}: {requests.Count} requests to cancel, {took:F0} s: {told.Count} cancelled; "
            + $"extra bills {extra}, threw {threw.Count}, called ended and go on {wrong}, told otherwise in the end {wrongInTheEnd}");
        threw.Select(error => $"{error.GetType().Name}: {error.Message.ReplaceLineEndings(" ")}").Distinct().ToList()
            .ForEach(defect => Console.WriteLine($"  threw {defect}"));
        return extra + threw.Count + wrong + wrongInTheEnd;
    }

    private static RequestRecord Record(ImagenRequest request) =>
        new() { Index = request.Index, RequestId = request.RequestId!, Provider = request.Provider, Model = request.Model };
}
