using Imagen4.Core.Ledger;
using Imagen4.Core.Protocols;
using Imagen4.Core.Providers;

namespace Imagen4.Core.Pipeline.Batch;

/// <summary>What every run of one client is given.</summary>
/// <param name="ledger">The ledger that is in use: the user may choose another one between two runs.</param>
/// <param name="providers">The profiles that can be used.</param>
internal sealed class ClientServices(Func<RequestLedger> ledger, ProviderCatalog providers)
{
    /// <summary>The ledger that is in use now.</summary>
    /// <exception cref="LedgerUnavailableException">The chosen ledger is not a valid database address.</exception>
    public RequestLedger Ledger => ledger();

    /// <summary>The same for one run, which keeps to the ledger that is in use when it begins.</summary>
    /// <exception cref="LedgerUnavailableException">The chosen ledger is not a valid database address.</exception>
    public ClientServices ForRun()
    {
        var used = Ledger;
        return new ClientServices(() => used, Providers);
    }

    /// <summary>The profiles that can be used.</summary>
    public ProviderCatalog Providers { get; } = providers;

    /// <summary>What hosts speak.</summary>
    public HostProtocols Protocols { get; } = new(new LedgerResultStore(ledger));
}
