using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.Sqlite;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>A test with a ledger in a folder of its own. Each further ledger over it stands for another process: it has its own number and lock.</summary>
public abstract class LedgerTest : IAsyncLifetime
{
    private readonly List<RequestLedger> _ledgers = [];

    internal TempFolder Home { get; } = new();

    internal SqliteDatabase Database => new(Home.Path);

    public Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync()
    {
        foreach (var ledger in _ledgers)
        {
            await ledger.DisposeAsync();
        }

        Home.Dispose();
    }

    internal RequestLedger Open(TimeProvider? time = null)
    {
        var ledger = new RequestLedger(Database, time ?? TimeProvider.System);
        _ledgers.Add(ledger);
        return ledger;
    }

    /// <summary>Every request there is.</summary>
    internal IReadOnlyList<LedgerRequest> All() =>
        [.. Open().List(new LedgerQuery { WithSuperseded = true }).Select(listed => listed.Known)];
}
