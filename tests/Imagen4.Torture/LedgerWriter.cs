using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.Sqlite;
using Imagen4.Core.Ledger.States;

namespace Imagen4.Torture;

/// <summary>Writes requests side by side and says each step once the ledger has it, so that whoever kills it knows what must be there.</summary>
internal static class LedgerWriter
{
    private const int Workers = 16;

    public static async Task<int> RunAsync(string home, int requests)
    {
        var ledger = new RequestLedger(new SqliteDatabase(home), TimeProvider.System);
        await using (ledger.ConfigureAwait(false))
        {
            var next = 0;
            await Task.WhenAll(Enumerable.Range(0, Workers).Select(async _ =>
            {
                for (int number; (number = Interlocked.Increment(ref next)) <= requests;)
                {
                    var entry = Sample.Entry(number) with { RequestId = $"request-{number}" };
                    if (!await ledger.ClaimAsync(entry, newest: null, isSeen: true, CancellationToken.None).ConfigureAwait(false))
                    {
                        throw new InvalidOperationException("Nobody else has the row.");
                    }

                    foreach (var step in new[] { RequestState.Intent, RequestState.Accepted, RequestState.Delivered })
                    {
                        await ledger.RecordAsync(step, entry, CancellationToken.None).ConfigureAwait(false);
                        Console.WriteLine($"{entry.LedgerId} {step}");
                    }
                }
            })).ConfigureAwait(false);
        }

        return 0;
    }
}
