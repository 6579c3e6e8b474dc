using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Costs;
using Imagen4.Core.Pipeline.Results;
using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Pipeline.Work;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>
/// The way of a row, front to back: checked, claimed, intent, submit, accepted, wait, result, images, delivered. One instance serves
/// a whole batch; its rows run side by side.
/// </summary>
public sealed class RowBatch
{
    private readonly ClientServices _services;
    private readonly BatchOptions _options;
    private readonly RequestLedger _ledger;
    private readonly RowCheck _check;
    private readonly BatchClaims _claims;
    private readonly Submitter _submitter;
    private readonly ResultReceiver _receiver;
    private readonly ResultReceiver _follower;
    private readonly PriceBook _prices;
    private readonly BatchCost _costs;

    internal RowBatch(ClientServices services, BatchOptions options)
    {
        _services = services;
        _options = options;
        _ledger = services.Ledger;
        Hosts = new HostConnections(services.Providers, options);
        _check = new RowCheck(services, options, Hosts);
        _claims = new BatchClaims(services, options);
        _submitter = new Submitter(_ledger, new ThrottleGates(), Breaker, services.Protocols, Counts)
        {
            ReleasesAccepted = !options.Wait,
        };
        _prices = new PriceBook(options.Time, options.Trace) { Keeps = !options.IsRehearsal };
        _costs = new BatchCost(options, _ledger, _prices);
        _receiver = new ResultReceiver(options, _ledger, Counts, _prices, Breaker);
        _follower = new ResultReceiver(options, new FollowUpLedger(services, options), Counts, _prices);
        Open = new OpenRequests(_ledger, continues: !options.NoResume);
    }

    /// <summary>The hosts of the batch.</summary>
    public HostConnections Hosts { get; }

    /// <summary>Whether submitting goes on.</summary>
    public SubmissionBreaker Breaker { get; } = new();

    /// <summary>What has become of the rows so far, in numbers.</summary>
    public BatchCounts Counts { get; } = new();

    /// <summary>
    /// The requests that go on at their hosts: those that are waited for, have not been emitted, or are to be cancelled with the batch.
    /// </summary>
    public OpenRequests Open { get; }

    /// <summary>Where the ledger is.</summary>
    public string LedgerPath => _ledger.Location;

    /// <summary>Checks one row before anything is paid for. Nothing is sent or written. Rows are checked one after the other.</summary>
    /// <exception cref="ImagenException">The row cannot be submitted; the message says why and what is allowed.</exception>
    public ValueTask<CheckedRow> CheckAsync(ImageRow row, CancellationToken cancellation) => _check.CheckAsync(row, cancellation);

    /// <summary>What a row can cost at most, where a price is known without asking anybody; null where none is, or nothing is paid for.</summary>
    public Money? CostAtMost(CheckedRow row) => row.IsNew ? _prices.AtMost(row.Host, row.Model, row.Input).Most : null;

    /// <summary>The same, for which its host is asked where that is needed. A host that cannot be asked leaves it unknown.</summary>
    public async ValueTask<Money?> FindCostAtMostAsync(CheckedRow row, CancellationToken cancellation) => row.IsNew
        ? (await _prices.AtMostAsync(row.Host, row.Model, row.Input, cancellation).ConfigureAwait(false)).Most
        : null;

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
    public Task<RowOutcome<ImagenRequest>> SubmitAsync(CheckedRow row, StopTokens stop) => ProcessAsync<ImagenRequest>(
        row,
        async (request, acceptance, entry) =>
        {
            LedgerObjects.Accept(request, acceptance);
            if (acceptance.Answered is { } answered)
            {
                await AddCostAsync(row, request, entry, answered.BillableUnits, answered.Images.Count).ConfigureAwait(false);
            }
            else
            {
                Open.Add(acceptance.Request, entry);
            }

            return null;
        },
        stop);

    /// <summary>Submits a row and leaves the rest to the host.</summary>
    public Task<RowOutcome<ImagenRequest>> SubmitAsync(CheckedRow row, CancellationToken cancellation) =>
        SubmitAsync(row, new StopTokens(cancellation, cancellation));

    /// <summary>Submits a row, waits for it and saves its images.</summary>
    /// <param name="row">The row.</param>
    /// <param name="stop">How it is asked to end.</param>
    public Task<RowOutcome<ImagenResult>> RunAsync(CheckedRow row, StopTokens stop) => ProcessAsync<ImagenResult>(
        row,
        async (result, acceptance, entry) =>
        {
            (result.RequestId, result.State) = (acceptance.Request.RequestId, ImagenStates.InQueue);
            entry = entry with { RequestId = result.RequestId };
            Open.Add(acceptance.Request, entry);
            var error = await _receiver.ReceiveAsync(acceptance.Request, acceptance.Answered, result, entry, stop.Stopping)
                .ConfigureAwait(false);
            WarnOfFewer(row, result);
            return error;
        },
        stop);

    /// <summary>Submits a row, waits for it and saves its images.</summary>
    public Task<RowOutcome<ImagenResult>> RunAsync(CheckedRow row, CancellationToken cancellation) =>
        RunAsync(row, new StopTokens(cancellation, cancellation));

    // The one way of a row, whether it is waited for or not. A row that was sent has an object, whatever has become of it.
    private async Task<RowOutcome<T>> ProcessAsync<T>(
        CheckedRow row,
        Func<T, Acceptance, LedgerEntry, Task<ImagenException?>> afterAcceptance,
        StopTokens stop)
        where T : ImagenInputs, IRowObject, new()
    {
        if (row.IsRepeated)
        {
            return new RowOutcome<T>(null, null);
        }

        using var share = await _costs.EnterAsync(row, stop.Stopping).ConfigureAwait(false);
        if (share.Error is { } refusal)
        {
            return new RowOutcome<T>(null, refusal.ForRow(row.Row.Index));
        }

        if (share.IsHeldBack)
        {
            Counts.AddHeldBack(row.Row.Index);
            return new RowOutcome<T>(null, null);
        }

        var claimed = new ClaimedRow(_ledger, row.ToEntry(_options.Output?.RealPath), isOwn: row.Identity is null, row.Named);
        await using var release = claimed.ConfigureAwait(false);
        var value = LedgerObjects.Of<T>(claimed.Entry);
        ImagenException? error;
        try
        {
            switch (await claimed.ClaimAsync(_claims.For(row.Host), stop.Stopping).ConfigureAwait(false))
            {
                case ClaimOutcome.Report report:
                    Counts.AddContinued();
                    value = OfKnown<T>(row, report.Known, isWorkedOn: report.Error is not null);
                    error = report.Error ?? LedgerErrors.Of(report.Known);
                    share.Is(BatchCost.Of(report.Known, isWorkedOn: report.Error is not null));
                    break;

                case ClaimOutcome.Continue going:
                    Counts.AddContinued();
                    value = OfKnown<T>(row, going.Known);
                    error = value is ImagenResult result
                        ? await ContinueAsync(row, going, result, claimed.Entry, stop.Stopping).ConfigureAwait(false)
                        : null;
                    share.Is(BatchCost.Of(value, error));
                    break;

                default:
                    if (!share.Submit())
                    {
                        Counts.AddHeldBack(row.Row.Index);
                        return new RowOutcome<T>(null, null);
                    }

                    BeginPricingOfAnswer(row);
                    if (await _submitter.SubmitAsync(row.Host, claimed.Entry, stop).ConfigureAwait(false) is not { } acceptance)
                    {
                        share.IsNotSent();
                        return Unsent<T>(row);
                    }

                    error = await afterAcceptance(value, acceptance, claimed.Entry).ConfigureAwait(false);
                    share.Is(BatchCost.Of(value, error));
                    break;
            }
        }
        catch (ImagenException refused)
        {
            if (!BreakIfForAll(refused))
            {
                share.IsNotSent();
                return Unsent<T>(row);
            }

            if (StateAfter(refused) is not { } state)
            {
                share.IsNotSent();
                if (refused is not LedgerUnavailableException)
                {
                    return new RowOutcome<T>(null, refused.ForRow(row.Row.Index));
                }

                // What is wrong with the ledger is wrong for every row.
                Counts.AddNotSent(row.Host.Profile.Name);
                return new RowOutcome<T>(null, refused);
            }

            error = refused;
            (value.State, value.RequestId) = (state, refused.RequestId);
            await AddCostAsync(row, value, claimed.Entry, refused.BillableUnits, images: 0).ConfigureAwait(false);
            share.Is(BatchCost.Of(value, error));
        }

        if (value is ImagenResult)
        {
            Open.Remove(claimed.Entry.LedgerId);
        }

        return Ended(value, error);
    }

    // Where the answer is the result, its price is found out while it is generated; elsewhere when it has been accepted.
    private void BeginPricingOfAnswer(CheckedRow row)
    {
        if (_services.Protocols.For(row.Host).AnswersWithResult)
        {
            _prices.Begin(row.Host, row.Model);
        }
    }

    // A bill is the host's word: the ledger keeps it, and where it cannot, what the row has come to is not lost for it.
    private async Task AddCostAsync(CheckedRow row, IRowObject value, LedgerEntry entry, decimal? units, int images)
    {
        if ((units is null && images == 0)
            || await _prices.CostAsync(row.Host, row.Model, row.Input, units, images).ConfigureAwait(false) is not { } cost)
        {
            return;
        }

        (value.Cost, value.Currency) = (cost.Amount, cost.Currency);
        try
        {
            await _ledger.AddCostAsync(entry, LedgerResult.OfCost(units, cost.Amount, cost.Currency)).ConfigureAwait(false);
        }
        catch (LedgerUnavailableException error)
        {
            Breaker.Trip(error);
            Counts.AddUnrecorded(entry, error);
        }
    }

    private RowOutcome<T> Ended<T>(T value, ImagenException? error)
        where T : ImagenInputs, IRowObject
    {
        if (error is null)
        {
            return new RowOutcome<T>(value, null);
        }

        if (error is SubmissionInDoubtException)
        {
            Counts.AddInDoubt();
        }

        var goesOn = value is ImagenResult { State: ImagenStates.InQueue or ImagenStates.InProgress or ImagenStates.Completed };
        error = error.ForRow(value.Index, value.RequestId, canBeReceived: goesOn);
        Breaker.Restate(error);
        LedgerObjects.Fail(value, error);
        return new RowOutcome<T>(value, error);
    }

    private Task<ImagenException?> ContinueAsync(
        CheckedRow row, ClaimOutcome.Continue going, ImagenResult result, LedgerEntry entry, CancellationToken cancellation)
    {
        var known = _services.Protocols.For(row.Host).CreateReference(row.Host, going.Known.Model, going.Known.RequestId ?? "");
        Open.Add(known, entry);
        if (going.IsClaimed)
        {
            return _receiver.ContinueAsync(known, result, entry, cancellation);
        }

        // Saved elsewhere is not saved here.
        result.Images = [.. result.Images.Where(image => RowRules.IsIn(image, _options.Output?.RealPath))];
        return _follower.ContinueAsync(known, result, entry, cancellation);
    }

    private static T OfKnown<T>(CheckedRow row, LedgerRequest known, bool isWorkedOn = false)
        where T : ImagenInputs, IRowObject, new()
    {
        var value = LedgerObjects.Of<T>(known, isWorkedOn);
        (value.Index, value.Key) = (row.Row.Index, row.Row.Key ?? value.Key);
        return value;
    }

    // A ledger that cannot be used stops every row, before anything is paid for. Rows side by side hear the same of it; it is said once.
    private bool BreakIfForAll(ImagenException error)
    {
        if (error is not LedgerUnavailableException)
        {
            return true;
        }

        Breaker.Trip(error);
        return Breaker.IsNews(error);
    }

    private RowOutcome<T> Unsent<T>(CheckedRow row)
        where T : class
    {
        Counts.AddNotSent(row.Host.Profile.Name);
        return new RowOutcome<T>(null, null);
    }

    // A row that never left this machine has no object: there is nothing to follow.
    private static string? StateAfter(ImagenException error) => error switch
    {
        SubmissionInDoubtException => ImagenStates.InDoubt,
        RequestFailedException => ImagenStates.Failed,
        HostUnavailableException or LedgerUnavailableException or WaitTimeoutException => null,
        InvalidInputException { StatusCode: null } => null,
        _ => ImagenStates.Rejected,
    };

    private void WarnOfFewer(CheckedRow row, ImagenResult result)
    {
        if (result.Images.Count > 0 && result.Images.Count < row.NumImages)
        {
            _options.Warn?.Invoke(Messages.FewerImages.With(row.Row.Index, row.NumImages, result.Images.Count));
        }
    }
}
