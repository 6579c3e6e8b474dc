using System.Diagnostics;
using Imagen4.Core.Ledger;

namespace Imagen4.Torture;

/// <summary>Runs a batch until it is killed, by somebody else or, at a step of its own choice, by itself.</summary>
internal static class BatchMode
{
    /// <param name="batch">The batch.</param>
    /// <param name="end">The step to end at, as <c>before Accepted</c> or <c>after Intent</c>; null to go on.</param>
    public static async Task<int> RunAsync(TortureBatch batch, string? end)
    {
        RequestLedger.Shared.Passing = (step, isWritten) =>
        {
            if (end == $"{(isWritten ? "after" : "before")} {step}")
            {
                // No handler, no finally, no flush: what a power cut leaves to the process.
                Process.GetCurrentProcess().Kill();
                Thread.CurrentThread.Join();
            }
        };
        Console.WriteLine("running");
        var outcomes = await batch.RunAsync().ConfigureAwait(false);
        foreach (var (row, outcome) in outcomes)
        {
            Console.WriteLine($"row {row} {outcome.Value?.State ?? "none"} {outcome.Value?.Path}");
        }

        Console.WriteLine("done");
        return 0;
    }
}
