using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Files;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Providers;

namespace Imagen4.Core.Pipeline;

/// <summary>
/// All that an application does with the core: batches of rows, follow-ups of requests, and what the ledger knows. One client
/// serves a whole process; nothing is read, written or sent before it is used.
/// </summary>
public sealed class ImagenClient
{
    private readonly ClientServices _services;

    /// <summary>Creates a client.</summary>
    /// <param name="providers">The profiles that can be used.</param>
    /// <param name="ledgers">The ledgers that can be used.</param>
    public ImagenClient(ProviderCatalog providers, LedgerCatalog ledgers) =>
        (Ledgers, _services) = (ledgers, new ClientServices(() => ledgers.InUse, providers));

    /// <summary>The profiles that can be used.</summary>
    public ProviderCatalog Providers => _services.Providers;

    /// <summary>The ledgers that can be used.</summary>
    public LedgerCatalog Ledgers { get; }

    /// <summary>What the ledger knows.</summary>
    public RequestLookup Requests => new(_services);

    /// <summary>What every run is given.</summary>
    internal ClientServices Services => _services;

    /// <summary>Starts a batch of rows.</summary>
    /// <param name="options">Options for every row.</param>
    /// <exception cref="LedgerUnavailableException">The chosen ledger is not a valid database address.</exception>
    /// <exception cref="InvalidInputException">The user's settings cannot be read.</exception>
    public RowBatch StartBatch(BatchOptions options) => new(_services.ForRun(), options);

    /// <summary>Follows up requests that were submitted before, in this process or another.</summary>
    /// <param name="options">Options for every request.</param>
    /// <exception cref="LedgerUnavailableException">The chosen ledger is not a valid database address.</exception>
    /// <exception cref="InvalidInputException">The user's settings cannot be read.</exception>
    public RequestFollowUp FollowUp(BatchOptions options) => new(_services.ForRun(), options);

    /// <summary>Asks the hosts about requests that they were last known to work on.</summary>
    /// <param name="options">Options for every request.</param>
    /// <exception cref="LedgerUnavailableException">The chosen ledger is not a valid database address.</exception>
    /// <exception cref="InvalidInputException">The user's settings cannot be read.</exception>
    public RequestRefresh Refresh(BatchOptions options) => new(_services.ForRun(), options);

    /// <summary>Settles requests in doubt.</summary>
    /// <param name="options">Options for every request.</param>
    /// <exception cref="LedgerUnavailableException">The chosen ledger is not a valid database address.</exception>
    /// <exception cref="InvalidInputException">The user's settings cannot be read.</exception>
    public RequestResolution Resolve(BatchOptions options) => new(_services.ForRun(), options);

    /// <summary>Forgets requests.</summary>
    /// <exception cref="LedgerUnavailableException">The chosen ledger is not a valid database address.</exception>
    /// <exception cref="InvalidInputException">The user's settings cannot be read.</exception>
    public RequestRemoval Remove() => new(_services.ForRun());

    /// <summary>Reads prices.</summary>
    /// <param name="options">Options for every model.</param>
    public PriceLookup Prices(BatchOptions options) => new(_services, options);

    /// <summary>Reads what models there are and what they take.</summary>
    /// <param name="options">Options for every model.</param>
    public ModelLookup Models(BatchOptions options) => new(_services, options);

    /// <summary>Uploads local files to hosts.</summary>
    /// <param name="options">Options for every file.</param>
    public FileSending Files(BatchOptions options) => new(_services, options);

    /// <summary>Looks at the ledger that is in use, without changing it.</summary>
    /// <param name="verify">Whether every request is read and compared with its checksum.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The chosen ledger is not a valid database address.</exception>
    /// <exception cref="InvalidInputException">The user's settings cannot be read.</exception>
    public Task<LedgerFindings> InspectLedgerAsync(bool verify, CancellationToken cancellation) =>
        LedgerInspection.RunAsync(Ledgers, verify, cancellation);
}
