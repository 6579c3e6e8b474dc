using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.Sqlite;

namespace Imagen4.Torture;

/// <summary>Takes claims as fast as it can, once it is told to; says which it got and lives on until its input ends.</summary>
internal static class ClaimRace
{
    public static async Task<int> RunAsync(string home, int rows)
    {
        var ledger = new RequestLedger(new SqliteDatabase(home), TimeProvider.System);
        await using (ledger.ConfigureAwait(false))
        {
            Console.WriteLine("ready");
            _ = Console.ReadLine();
            for (var row = 0; row < rows; row++)
            {
                if (await ledger.ClaimAsync(Sample.Entry(row), newest: null, isSeen: true, CancellationToken.None).ConfigureAwait(false))
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
