using System.Diagnostics;

namespace Imagen4.Torture;

/// <summary>Runs a batch until it is killed, by somebody else or, at a step of its own choice, by itself.</summary>
internal static class BatchMode
{
    /// <param name="batch">The batch.</param>
    /// <param name="end">The step to end at, as <c>before Accepted</c> or <c>after Intent</c>; null to go on.</param>
    public static async Task<int> RunAsync(TortureBatch batch, string? end)
    {
        TortureClient.Ledger.StepHook = (step, isWritten) => EndAt($"{step}", isWritten);
        TortureClient.Ledger.AdoptionHook = isWritten => EndAt("Adopted", isWritten);
        Console.WriteLine("running");

        // What a process that was killed has left in doubt: the history has no labels, so that only the user's own command settles it.
        await batch.SettleAsync().ConfigureAwait(false);
        var ends = await batch.RunAsync().ConfigureAwait(false);

        // What was not delivered is piped in again, as it comes out of a CSV.
        var left = ends.Where(end => end.Value.Value is { } result && result.State != ImagenStates.Delivered)
            .ToDictionary(end => end.Key, end => end.Value.Value!);
        var again = await batch.RetryAsync(left, asText: true).ConfigureAwait(false);
        foreach (var (row, first) in ends)
        {
            var retried = again.GetValueOrDefault(row);
            var result = retried?.Value ?? first.Value;
            var defect = (retried ?? first) is { IsDefect: true, Error: { } error } ? error.ToString().ReplaceLineEndings(" ") : "";
            Console.WriteLine($"row {row} {result?.State ?? "none"} {result?.Path}{defect}");
        }

        Console.WriteLine("done");
        return 0;

        void EndAt(string step, bool isWritten)
        {
            if (end == $"{(isWritten ? "after" : "before")} {step}")
            {
                // No handler, no finally, no flush: what a power cut leaves to the process.
                Process.GetCurrentProcess().Kill();
                Thread.CurrentThread.Join();
            }
        }
    }
}
