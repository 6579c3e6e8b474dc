using Imagen4.Core.Ledger;

namespace Imagen4.Torture;

/// <summary>The owners of a ledger's claims.</summary>
internal static class OwnerMode
{
    /// <summary>Says its name in the ledger and lives until its input ends.</summary>
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

    /// <summary>Says whether another process lives.</summary>
    public static int Look(string home, string owner)
    {
        Console.WriteLine(OwnerLock.IsAlive(new LedgerFolder(home), owner) ? "alive" : "gone");
        return 0;
    }
}
