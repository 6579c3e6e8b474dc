using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline;
using Imagen4.Core.Providers;

namespace Imagen4.Torture;

/// <summary>The client of this process, as a session of PowerShell has one.</summary>
internal static class TortureClient
{
    public static ProviderCatalog Providers { get; } = new();

    public static ImagenClient Client { get; } = new(Providers, new LedgerCatalog());

    public static RequestLedger Ledger => Client.Services.Ledger;
}
