using Imagen4.Core.Ledger;

namespace Imagen4.Torture;

/// <summary>Takes claims as fast as it can, once it is told to; says which it got and lives on until its input ends.</summary>
internal static class ClaimRace
{
    public static async Task<int> RunAsync(string home, int rows)
    {
        var ledger = new RequestLedger(home, TimeProvider.System);
        await using (ledger.ConfigureAwait(false))
        {
            var claims = ledger.Claims;
            Console.WriteLine("ready");
            _ = Console.ReadLine();
            for (var row = 0; row < rows; row++)
            {
                if (claims.TryTake($"row{row}", 0))
                {
                    Console.WriteLine(row);
                }
            }

            Console.WriteLine("done");
            _ = Console.ReadLine();
        }

        return 0;
    }
}
