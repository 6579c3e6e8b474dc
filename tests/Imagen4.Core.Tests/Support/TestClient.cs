using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Files;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Protocols;
using Imagen4.Core.Providers;

namespace Imagen4.Core.Tests.Support;

/// <summary>The client that tests share, as the runspaces of a process share theirs.</summary>
internal static class TestClient
{
    public static ProviderCatalog Providers { get; } = new();

    public static LedgerCatalog Ledgers { get; } = new();

    public static ImagenClient Client { get; } = new(Providers, Ledgers);

    public static ClientServices Services => Client.Services;

    public static HostProtocols Protocols => Services.Protocols;

    public static RequestLedger Ledger => Services.Ledger;

    public static RowCheck Check(BatchOptions options)
    {
        var files = new LocalFiles();
        return new RowCheck(
            Services, options, new HostConnections(Providers, options), files, new FileUploads(Services, files), new RowNotices(options));
    }
}
