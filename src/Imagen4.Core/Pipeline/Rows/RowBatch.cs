using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Costs;
using Imagen4.Core.Pipeline.Files;
using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Pipeline.Work;
using Imagen4.Core.Providers;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>A batch of rows: each is checked, counted against what the batch may cost, and run. Rows run side by side.</summary>
public sealed class RowBatch
{
    private readonly BatchOptions _options;
    private readonly RequestLedger _ledger;
    private readonly RowCheck _check;
    private readonly PriceBook _prices;
    private readonly BatchCost _costs;
    private readonly RowProcess _process;

    internal RowBatch(ClientServices services, BatchOptions options)
    {
        (_options, _ledger) = (options, services.Ledger);
        Hosts = new HostConnections(services.Providers, options);
        var uploads = new FileUploads(services, Files);
        _check = new RowCheck(services, options, Hosts, Files, uploads, new RowNotices(options));
        _prices = new PriceBook(options.Time, options.Trace)
        {
            Keeps = !options.IsRehearsal,
            AsksAnew = options.MaxCost is not null,
        };
        _costs = new BatchCost(options, _ledger, _prices);
        _process = new RowProcess(services, options, uploads, _prices, _costs);
    }

    /// <summary>The hosts of the batch.</summary>
    public HostConnections Hosts { get; }

    /// <summary>The files of this machine that rows name.</summary>
    public LocalFiles Files { get; } = new();

    /// <summary>Whether submitting goes on.</summary>
    public SubmissionBreaker Breaker => _process.Breaker;

    /// <summary>What has become of the rows so far, in numbers.</summary>
    public BatchCounts Counts => _process.Counts;

    /// <summary>
    /// The requests that go on at their hosts: those that are waited for, have not been emitted, or are to be cancelled with the batch.
    /// </summary>
    public OpenRequests Open => _process.Open;

    /// <summary>Where the ledger is.</summary>
    public string LedgerPath => _ledger.Location;

    /// <summary>Checks one row before anything is paid for. Nothing is sent or written. Rows are checked one after the other.</summary>
    /// <exception cref="ImagenException">The row cannot be submitted; the message says why and what is allowed.</exception>
    public ValueTask<CheckedRow> CheckAsync(ImageRow row, CancellationToken cancellation) => _check.CheckAsync(row, cancellation);

    /// <summary>
    /// What a row can cost at most, where a price is known without asking anybody; null where none is, or nothing is paid for.
    /// </summary>
    public Money? CostAtMost(CheckedRow row) => row.IsNew ? _prices.AtMost(row.Host, row.Model, row.Input).Most : null;

    /// <summary>The same, for which its host is asked where that is needed. A host that cannot be asked leaves it unknown.</summary>
    public async ValueTask<Money?> FindCostAtMostAsync(CheckedRow row, CancellationToken cancellation) => row.IsNew
        ? (await _prices.AtMostAsync(row.Host, row.Model, row.Input, cancellation).ConfigureAwait(false)).Most
        : null;

    /// <summary>The names of the files of this machine that a row sends to its host.</summary>
    public IReadOnlyList<string> FileNamesOf(CheckedRow row) =>
        [.. FileReference.In(row.Input).Select(file => Path.GetFileName(file.Path ?? Files.Find(file)?.Path)).OfType<string>().Distinct()];

    /// <summary>Begins to find out what rows like this one cost, beside everything else.</summary>
    public void BeginPricing(CheckedRow row) => _prices.Begin(row.Host, row.Model);

    /// <summary>
    /// Counts a row against the limit of what the batch may cost: what earlier runs paid for it. Where there is a limit, every row is
    /// counted before the first is run, so that a new one does not take the place of what is paid for already. Nothing is sent or written.
    /// </summary>
    /// <exception cref="InvalidInputException">
    /// It is not known what the row can cost at most, or it is in another currency than those before it.
    /// </exception>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public ValueTask<bool> CountAsync(CheckedRow row, CancellationToken cancellation) => _costs.CountAsync(row, cancellation);

    /// <summary>
    /// Takes the place of a row in the line for the limit, just before it is run: rows are let go in that order, whichever of them begins
    /// first.
    /// </summary>
    public static void LineUp(CheckedRow row) => row.Share?.LineUp();

    /// <summary>All that is counted against the limit; null where there is none.</summary>
    public Money? Counted => _costs.Counted;

    /// <summary>What a row's model takes, as far as that is known; null for a model whose inputs are passed on unchecked.</summary>
    public ModelDefinition? DefinitionOf(ImageRow row) => _check.DefinitionOf(row);

    /// <summary>Takes note that the object of a request that was only submitted is the caller's now.</summary>
    public void MarkEmitted(ImagenRequest request)
    {
        // What is to be cancelled with the batch is kept until its end.
        if (!_options.CancelOnStop && request.LedgerId is { } id)
        {
            Open.Remove(id);
        }
    }

    /// <summary>Submits a row and leaves the rest to the host.</summary>
    /// <param name="row">The row.</param>
    /// <param name="stop">How it is asked to end.</param>
    public Task<RowOutcome<ImagenRequest>> SubmitAsync(CheckedRow row, StopTokens stop) => _process.SubmitAsync(row, stop);

    /// <summary>Submits a row and leaves the rest to the host.</summary>
    public Task<RowOutcome<ImagenRequest>> SubmitAsync(CheckedRow row, CancellationToken cancellation) =>
        SubmitAsync(row, new StopTokens(cancellation, cancellation));

    /// <summary>Submits a row, waits for it and saves its images.</summary>
    /// <param name="row">The row.</param>
    /// <param name="stop">How it is asked to end.</param>
    /// <param name="hostIsDone">Called once the host has nothing more to do for the row; its images may still have to be saved.</param>
    public Task<RowOutcome<ImagenResult>> RunAsync(CheckedRow row, StopTokens stop, Action? hostIsDone = null) =>
        _process.RunAsync(row, stop, hostIsDone);

    /// <summary>Submits a row, waits for it and saves its images.</summary>
    public Task<RowOutcome<ImagenResult>> RunAsync(CheckedRow row, CancellationToken cancellation) =>
        RunAsync(row, new StopTokens(cancellation, cancellation));
}
