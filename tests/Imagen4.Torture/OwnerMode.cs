using System.Globalization;
using Imagen4.Core.Ledger.Sqlite;
using Imagen4.Core.Ledger.Store;

namespace Imagen4.Torture;

/// <summary>The owners of a ledger's requests.</summary>
internal static class OwnerMode
{
    /// <summary>Says its number in the ledger and lives until its input ends.</summary>
    public static async Task<int> RunAsync(string home)
    {
        var store = new LedgerStore(new SqliteDatabase(home), TimeProvider.System);
        await using (store.ConfigureAwait(false))
        {
            Console.WriteLine((await store.OwnerAsync(CancellationToken.None).ConfigureAwait(false)).Id.ToString(CultureInfo.InvariantCulture));
            _ = Console.ReadLine();
        }

        return 0;
    }

    /// <summary>Says whether another process lives.</summary>
    public static async Task<int> LookAsync(string home, string owner)
    {
        var isAlive = await new SqliteDatabase(home)
            .IsAliveAsync(long.Parse(owner, CultureInfo.InvariantCulture), CancellationToken.None)
            .ConfigureAwait(false);
        Console.WriteLine(isAlive ? "alive" : "gone");
        return 0;
    }
}
