using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Costs;
using Imagen4.Core.Pipeline.Files;
using Imagen4.Core.Pipeline.Results;
using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Pipeline.Work;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>
/// Processes a row that has been checked, step by step: claimed, its files sent, intent, submit, accepted, wait, result, images, delivered.
/// </summary>
internal sealed class RowProcess
{
    private readonly ClientServices _services;
    private readonly BatchOptions _options;
    private readonly RequestLedger _ledger;
    private readonly BatchClaims _claims;
    private readonly FileUploads _uploads;
    private readonly Submitter _submitter;
    private readonly ResultReceiver _receiver;
    private readonly ResultReceiver _follower;
    private readonly SubmissionPriority _priority;
    private readonly PriceBook _prices;
    private readonly BatchCost _costs;
    private readonly RowEnd _end;

    /// <summary>Prepares for the rows of a batch.</summary>
    /// <param name="services">What every run is given.</param>
    /// <param name="options">Options for every row.</param>
    /// <param name="uploads">Where files go that rows name.</param>
    /// <param name="prices">What rows cost.</param>
    /// <param name="costs">What the batch may cost.</param>
    public RowProcess(ClientServices services, BatchOptions options, FileUploads uploads, PriceBook prices, BatchCost costs)
    {
        (_services, _options, _ledger, _uploads, _prices, _costs) = (services, options, services.Ledger, uploads, prices, costs);
        _claims = new BatchClaims(services, options);
        _submitter = new Submitter(_ledger, new ThrottleGates(), Breaker, services.Protocols, Counts, options.Warn)
        {
            ReleasesAccepted = !options.Wait,
            TimeLimit = options.TimeLimit,
        };
        _priority = new SubmissionPriority(options.Time);
        _receiver = new ResultReceiver(options, new ResultLedger(_ledger, Counts, Breaker), _prices) { Priority = _priority };
        _follower = new ResultReceiver(options, new ResultLedger(new FollowUpLedger(services, options), Counts), _prices)
        {
            Priority = _priority,
        };
        _end = new RowEnd(Breaker, Counts);
        Open = new OpenRequests(_ledger, continues: !options.NoResume);
    }

    /// <summary>Whether submitting goes on.</summary>
    public SubmissionBreaker Breaker { get; } = new();

    /// <summary>What has become of the rows so far, in numbers.</summary>
    public BatchCounts Counts { get; } = new();

    /// <summary>The requests that go on at their hosts.</summary>
    public OpenRequests Open { get; }

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
                answered.Dispose();
                await AddCostAsync(row, request, entry, answered.BillableUnits, answered.Images.Count).ConfigureAwait(false);
            }
            else
            {
                Open.Add(acceptance.Request, entry);
            }

            return null;
        },
        stop);

    /// <summary>Submits a row, waits for it and saves its images.</summary>
    /// <param name="row">The row.</param>
    /// <param name="stop">How it is asked to end.</param>
    /// <param name="hostIsDone">Called once the host has nothing more to do for it.</param>
    public Task<RowOutcome<ImagenResult>> RunAsync(CheckedRow row, StopTokens stop, Action? hostIsDone) => ProcessAsync<ImagenResult>(
        row,
        async (result, acceptance, entry) =>
        {
            (result.RequestId, result.State) = (acceptance.Request.RequestId, ImagenStates.InQueue);
            result.SubmittedAt = (_ledger.AcceptedAt(entry.LedgerId) ?? _options.Time.GetUtcNow()).UtcDateTime;
            entry = entry with { RequestId = result.RequestId };
            Open.Add(acceptance.Request, entry);
            var error = await _receiver
                .ReceiveAsync(acceptance.Request, acceptance.Answered, result, entry, row.FileName, stop.Stopping, hostIsDone)
                .ConfigureAwait(false);
            WarnOfFewer(row, result);
            return error;
        },
        stop,
        hostIsDone);

    // How every row is processed, whether it is waited for or not. A row that was sent has an object, whatever has become of it.
    private async Task<RowOutcome<T>> ProcessAsync<T>(
        CheckedRow row,
        Func<T, Acceptance, LedgerEntry, Task<ImagenException?>> afterAcceptance,
        StopTokens stop,
        Action? hostIsDone = null)
        where T : ImagenInputs, IRowObject, new()
    {
        if (row.IsRepeated)
        {
            return new RowOutcome<T>(null, null);
        }

        using var share = await _costs.EnterAsync(row, stop.Stopping).ConfigureAwait(false);
        if (share.Error is { } refusal)
        {
            return new RowOutcome<T>(null, refusal.ForRow(row.Row.Index, provider: row.Host.Profile.Name, key: row.ShownKey));
        }

        if (share.IsHeldBack)
        {
            Counts.AddHeldBack(row.Row.Index);
            return new RowOutcome<T>(null, null);
        }

        var claimed = new ClaimedRow(_ledger, row.ToEntry(_options.Output?.RealPath), isOwn: row.Identity is null, row.Named);
        await using var release = claimed.ConfigureAwait(false);
        var value = LedgerObjects.Of<T>(claimed.Entry);
        var isContinued = false;
        using var turn = _priority.Enter();
        ImagenException? error;
        try
        {
            switch (await claimed.ClaimAsync(_claims.For(row.Host), stop.Stopping).ConfigureAwait(false))
            {
                case ClaimOutcome.Report report:
                    turn.Dispose();
                    isContinued = true;
                    Counts.AddContinued();
                    value = OfKnown<T>(row, report.Known, isWorkedOn: report.Error is not null);
                    error = report.Error ?? LedgerErrors.Of(report.Known)
                        ?? (value is ImagenResult { State: ImagenStates.Delivered } delivered
                            ? await _receiver.AddSidecarsAsync(delivered, stop.Stopping).ConfigureAwait(false)
                            : null);
                    share.Is(BatchCost.Of(report.Known, isWorkedOn: report.Error is not null));
                    break;

                case ClaimOutcome.Continue going:
                    turn.Dispose();
                    isContinued = true;
                    Counts.AddContinued();
                    value = OfKnown<T>(row, going.Known);
                    error = value is ImagenResult result
                        ? await ContinueAsync(row, going, result, claimed.Entry, hostIsDone, stop.Stopping).ConfigureAwait(false)
                        : null;
                    share.Is(BatchCost.Of(value, error));
                    break;

                default:
                    if (!share.Submit())
                    {
                        Counts.AddHeldBack(row.Row.Index);
                        return new RowOutcome<T>(null, null);
                    }

                    var (ready, unsent) = await SendFilesAsync(row, claimed.Entry, stop.Stopping).ConfigureAwait(false);
                    if (unsent is not null)
                    {
                        share.IsNotSent();
                        return new RowOutcome<T>(null, unsent);
                    }

                    BeginPricingOfAnswer(row);
                    if (await _submitter.SubmitAsync(row.Host, ready, stop, turn).ConfigureAwait(false) is not { } acceptance)
                    {
                        share.IsNotSent();
                        return _end.Unsent<T>(row);
                    }

                    error = await afterAcceptance(value, acceptance, claimed.Entry).ConfigureAwait(false);
                    share.Is(BatchCost.Of(value, error));
                    break;
            }
        }
        catch (ImagenException refused)
        {
            if (!_end.BreakIfForAll(refused))
            {
                share.IsNotSent();
                return _end.Unsent<T>(row);
            }

            if (RowEnd.StateAfter(refused) is not { } state)
            {
                share.IsNotSent();
                if (refused is not LedgerUnavailableException)
                {
                    return new RowOutcome<T>(null, refused.ForRow(row.Row.Index, provider: row.Host.Profile.Name, key: row.ShownKey));
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

        if (error is not null && FalErrors.IsOfMissingFile(error))
        {
            await _uploads.ForgetAsync(row.Host, row.Input).ConfigureAwait(false);
        }

        if (value is ImagenResult)
        {
            Open.Remove(claimed.Entry.LedgerId);
        }

        value.Directory = _options.Output?.FullPath ?? value.Directory;
        return _end.Ended(row, value, error) with { IsContinued = isContinued };
    }

    // Files go up once the row is claimed, and before anything is paid for. Whatever is wrong with one, nothing was sent for the row.
    private async Task<(LedgerEntry Ready, ImagenException? Unsent)> SendFilesAsync(
        CheckedRow row, LedgerEntry entry, CancellationToken cancellation)
    {
        if (Breaker.IsOpen(row.Host.Profile.Name))
        {
            return (entry, null);
        }

        try
        {
            return (entry with { Input = await _uploads.ResolveAsync(row.Host, entry.Input, cancellation).ConfigureAwait(false) }, null);
        }
        catch (ImagenException error) when (error is not LedgerUnavailableException)
        {
            if (SubmissionBreaker.IsForAll(error))
            {
                Breaker.Trip(row.Host.Profile.Name, error);
            }

            return (entry, error.ForRow(row.Row.Index, provider: row.Host.Profile.Name, key: row.ShownKey));
        }
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
        var cost = units is null && images == 0
            ? null
            : await _prices.CostAsync(row.Host, row.Model, row.Input, units, images).ConfigureAwait(false);
        if (LedgerResult.OfCost(units, cost?.Amount, cost?.Currency) is not { } told)
        {
            return;
        }

        (value.Cost, value.Currency) = (told.Cost, told.Currency);
        try
        {
            await _ledger.AddCostAsync(entry, told).ConfigureAwait(false);
        }
        catch (LedgerUnavailableException error)
        {
            Breaker.Trip(error);
            Counts.AddUnrecorded(entry, error);
        }
    }

    private Task<ImagenException?> ContinueAsync(
        CheckedRow row,
        ClaimOutcome.Continue going,
        ImagenResult result,
        LedgerEntry entry,
        Action? hostIsDone,
        CancellationToken cancellation)
    {
        var known = _services.Protocols.For(row.Host).CreateReference(row.Host, going.Known.Model, going.Known.RequestId ?? "");
        Open.Add(known, entry);

        // Why it was not there in an earlier run.
        (result.Error, result.ErrorType) = (null, null);
        return (going.IsClaimed ? _receiver : _follower).ContinueAsync(known, result, entry, row.FileName, cancellation, hostIsDone);
    }

    private static T OfKnown<T>(CheckedRow row, LedgerRequest known, bool isWorkedOn = false)
        where T : ImagenInputs, IRowObject, new()
    {
        var value = LedgerObjects.Of<T>(known, isWorkedOn, row.Input);
        (value.Index, value.Key) = (row.Row.Index, row.Row.Key ?? value.Key);
        return value;
    }

    private void WarnOfFewer(CheckedRow row, ImagenResult result)
    {
        if (result.Images.Count > 0 && result.Images.Count < row.NumImages)
        {
            _options.Warn?.Invoke(Messages.FewerImages.With(row.Row.Index, row.NumImages, result.Images.Count));
        }
    }
}
