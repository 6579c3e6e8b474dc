using System.Diagnostics;

namespace Imagen4.Torture;

/// <summary>A batch at hosts whose answers are not as they should be, and can be read: every row is delivered at once.</summary>
internal static class ReadableRun
{
    /// <param name="admin">The emulator.</param>
    /// <param name="folder">Where images go.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="seed">Chooses the answers.</param>
    /// <returns>How many things are wrong.</returns>
    public static async Task<int> RunAsync(EmulatorAdmin admin, string folder, int rows, int seed)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var rule in HostFaults.Readable(seed))
        {
            await admin.FaultAsync(rule).ConfigureAwait(false);
        }

        var batch = new TortureBatch(admin.Address, folder, $"readable, seed {seed}", rows, SideBySide: 50)
        {
            Time = new FastTime(10),
            Providers = TortureHosts.All,
        };
        var ends = await batch.RunAsync().ConfigureAwait(false);
        await admin.ClearFaultsAsync().ConfigureAwait(false);
        var truth = await HostTruth.ReadAsync(admin).ConfigureAwait(false);
        var extra = ends.Keys.Sum(row => Math.Max(0, truth.Bills(batch.Provider(row), batch.Prompt(row)) - 1));
        var left = ends.Values.Where(end => end.Value?.State != ImagenStates.Delivered).ToList();
        var states = left.CountBy(end => end.Value?.State ?? end.Error?.GetType().Name ?? "not sent")
            .Select(state => $"{state.Value} {state.Key}");
        Console.WriteLine(
            $"seed {seed}: {rows} rows with answers that can be read, {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s: "
            + $"extra bills {extra}, not delivered at once {left.Count}{(left.Count > 0 ? $" ({string.Join(", ", states)})" : "")}");
        return extra + left.Count;
    }
}
