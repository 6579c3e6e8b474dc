using Imagen4.Core.Ledger;

namespace Imagen4.Torture;

/// <summary>Says its name in the ledger and lives until its input ends.</summary>
internal static class OwnerMode
{
    public static async Task<int> RunAsync(string home)
    {
        var ledger = new RequestLedger(home, TimeProvider.System);
        await using (ledger.ConfigureAwait(false))
        {
            Console.WriteLine(ledger.Owner);
            _ = Console.ReadLine();
        }

        return 0;
    }
}
