using System.Collections.Concurrent;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Results;
using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Pipeline.Work;
using Imagen4.Core.Protocols.Contract;
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
    private readonly OpenRequests _open;
    private readonly ConcurrentDictionary<string, int> _notSent = new(StringComparer.OrdinalIgnoreCase);
    private int _continued;
    private int _inDoubt;

    internal RowBatch(ClientServices services, BatchOptions options)
    {
        _services = services;
        _options = options;
        _ledger = services.Ledger;
        Hosts = new HostConnections(services.Providers, options);
        _check = new RowCheck(services, options, Hosts);
        _claims = new BatchClaims(services, options);
        _submitter = new Submitter(_ledger, new ThrottleGates(), Breaker, services.Protocols)
        {
            ReleasesAccepted = !options.Wait,
            Warn = options.Warn,
        };
        _receiver = new ResultReceiver(options, _ledger);
        _follower = new ResultReceiver(options, new FollowUpLedger(services, options));
        _open = new OpenRequests(_ledger);
    }

    /// <summary>The hosts of the batch.</summary>
    public HostConnections Hosts { get; }

    /// <summary>Whether submitting goes on.</summary>
    public SubmissionBreaker Breaker { get; } = new();

    /// <summary>How many rows had been submitted before, by an earlier run or another process: nothing was paid for them in this
    /// one.</summary>
    public int Continued => Volatile.Read(ref _continued);

    /// <summary>How many rows were not sent because submitting to their provider had ended, by provider.</summary>
    public IReadOnlyDictionary<string, int> NotSent => _notSent;

    /// <summary>How many rows are in doubt.</summary>
    public int InDoubt => Volatile.Read(ref _inDoubt);

    /// <summary>
    /// The ledger's ids of the requests that go on at their hosts: of those that are waited for, have not been emitted, or are to be
    /// cancelled with the batch.
    /// </summary>
    public IReadOnlyCollection<string> OpenLedgerIds => _open.LedgerIds;

    /// <summary>Whether the same batch, run again, goes on with each of those requests.</summary>
    public bool OpenAreContinued => !_options.NoResume && _open.AreContinued;

    /// <summary>How many requests the hosts have cancelled so far.</summary>
    public int Cancelled => _open.Cancelled;

    /// <summary>What has gone wrong with cancels so far, besides requests that had ended.</summary>
    public IReadOnlyList<Exception> CancelTroubles => _open.Troubles;

    /// <summary>Where the ledger is.</summary>
    public string LedgerPath => _ledger.Location;

    /// <summary>Checks one row before anything is paid for. Nothing is sent or written. Rows are checked one after the other.</summary>
    /// <exception cref="ImagenException">The row cannot be submitted; the message says why and what is allowed.</exception>
    public CheckedRow Check(ImageRow row) => _check.Check(row);

    /// <summary>Takes note that the object of a request that was only submitted is the caller's now.</summary>
    public void MarkEmitted(ImagenRequest request)
    {
        // What is to be cancelled with the batch is kept until its end.
        if (!_options.CancelOnStop && request.LedgerId is { } id)
        {
            _open.Remove(id);
        }
    }

    /// <summary>Asks the hosts to cancel what goes on.</summary>
    /// <returns>How many requests they have cancelled.</returns>
    public Task<int> CancelAsync(CancellationToken cancellation) => _open.CancelAsync(cancellation);

    /// <summary>Submits a row and leaves the rest to the host.</summary>
    /// <param name="row">The row.</param>
    /// <param name="stop">How it is asked to end.</param>
    public Task<RowOutcome<ImagenRequest>> SubmitAsync(CheckedRow row, StopTokens stop) => ProcessAsync(
        row,
        LedgerObjects.Request,
        (request, acceptance, entry) =>
        {
            if (acceptance.Answered is null)
            {
                _open.Add(acceptance.Request, entry);
            }

            Describe(request, acceptance);
            return Task.FromResult<ImagenException?>(null);
        },
        stop);

    /// <summary>Submits a row and leaves the rest to the host.</summary>
    public Task<RowOutcome<ImagenRequest>> SubmitAsync(CheckedRow row, CancellationToken cancellation) =>
        SubmitAsync(row, new StopTokens(cancellation, cancellation));

    /// <summary>Submits a row, waits for it and saves its images.</summary>
    /// <param name="row">The row.</param>
    /// <param name="stop">How it is asked to end.</param>
    public Task<RowOutcome<ImagenResult>> RunAsync(CheckedRow row, StopTokens stop) => ProcessAsync(
        row,
        LedgerObjects.Result,
        async (result, acceptance, entry) =>
        {
            (result.RequestId, result.State) = (acceptance.Request.RequestId, ImagenStates.InQueue);
            entry = entry with { RequestId = result.RequestId };
            _open.Add(acceptance.Request, entry);
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
        Func<LedgerRequest, bool, T> ofKnown,
        Func<T, Acceptance, LedgerEntry, Task<ImagenException?>> afterAcceptance,
        StopTokens stop)
        where T : ImagenInputs, IRowObject, new()
    {
        if (row.IsRepeated)
        {
            return new RowOutcome<T>(null, null);
        }

        var claimed = new ClaimedRow(_ledger, row.ToEntry(_options.Output?.RealPath), isOwn: row.Identity is null, row.Named);
        await using var release = claimed.ConfigureAwait(false);
        var value = OfRow<T>(row, claimed.Entry.LedgerId);
        ImagenException? error;
        try
        {
            switch (await claimed.ClaimAsync(_claims.For(row.Host), stop.Stopping).ConfigureAwait(false))
            {
                case ClaimOutcome.Report report:
                    _ = Interlocked.Increment(ref _continued);
                    value = OfKnown(row, report.Known, isWorkedOn: report.Error is not null, ofKnown);
                    error = report.Error ?? LedgerErrors.Of(report.Known);
                    break;

                case ClaimOutcome.Continue going:
                    _ = Interlocked.Increment(ref _continued);
                    value = OfKnown(row, going.Known, isWorkedOn: false, ofKnown);
                    error = value is ImagenResult result
                        ? await ContinueAsync(row, going, result, claimed.Entry, stop.Stopping).ConfigureAwait(false)
                        : null;
                    break;

                default:
                    if (await _submitter.SubmitAsync(row.Host, claimed.Entry, stop).ConfigureAwait(false) is not { } acceptance)
                    {
                        return Unsent<T>(row);
                    }

                    error = await afterAcceptance(value, acceptance, claimed.Entry).ConfigureAwait(false);
                    break;
            }
        }
        catch (ImagenException refused)
        {
            if (!BreakIfForAll(refused))
            {
                return Unsent<T>(row);
            }

            if (StateAfter(refused) is not { } state)
            {
                // What is wrong with the ledger is wrong for every row.
                return new RowOutcome<T>(null, refused is LedgerUnavailableException ? refused : refused.ForRow(row.Row.Index));
            }

            error = refused;
            (value.State, value.RequestId) = (state, refused.RequestId);
        }

        if (value is ImagenResult)
        {
            _open.Remove(claimed.Entry.LedgerId);
        }

        return Ended(value, error);
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
            _ = Interlocked.Increment(ref _inDoubt);
        }

        var goesOn = value is ImagenResult { State: ImagenStates.InQueue or ImagenStates.InProgress or ImagenStates.Completed };
        error = error.ForRow(value.Index, value.RequestId, canBeReceived: goesOn);
        Breaker.Restate(error);
        (value.Error, value.ErrorType) = (error.Message, error.HostErrorType ?? error.Kind);
        return new RowOutcome<T>(value, error);
    }

    private Task<ImagenException?> ContinueAsync(
        CheckedRow row, ClaimOutcome.Continue going, ImagenResult result, LedgerEntry entry, CancellationToken cancellation)
    {
        var known = _services.Protocols.For(row.Host).CreateReference(row.Host, going.Known.Model, going.Known.RequestId ?? "");
        _open.Add(known, entry);
        if (going.IsClaimed)
        {
            return _receiver.ContinueAsync(known, result, entry, cancellation);
        }

        // Saved elsewhere is not saved here.
        result.Images = [.. result.Images.Where(image => RowRules.IsIn(image, _options.Output?.RealPath))];
        return _follower.ContinueAsync(known, result, entry, cancellation);
    }

    private static T OfRow<T>(CheckedRow row, string ledgerId)
        where T : ImagenInputs, IRowObject, new()
    {
        var value = new T
        {
            Provider = row.Host.Profile.Name,
            Model = row.Model,
            Key = row.Row.Key,
            Index = row.Row.Index,
            LedgerId = ledgerId,
        };
        row.Input.CopyTo(value);
        row.Row.Settings.CopyTo(value);
        return value;
    }

    private static T OfKnown<T>(CheckedRow row, LedgerRequest known, bool isWorkedOn, Func<LedgerRequest, bool, T> ofKnown)
        where T : ImagenInputs, IRowObject
    {
        var value = ofKnown(known, isWorkedOn);
        (value.Index, value.Key) = (row.Row.Index, row.Row.Key ?? value.Key);
        return value;
    }

    private static void Describe(ImagenRequest request, Acceptance acceptance)
    {
        request.RequestId = acceptance.Request.RequestId;
        request.State = acceptance.Answered is null ? ImagenStates.InQueue : ImagenStates.Completed;
        request.QueuePosition = acceptance.QueuePosition;
        request.SubmittedAt = acceptance.Request.Host.Time.GetUtcNow().UtcDateTime;
        request.StatusUri = acceptance.Request.StatusUri?.AbsoluteUri;
        request.ResponseUri = acceptance.Request.ResponseUri?.AbsoluteUri;
        request.CancelUri = acceptance.Request.CancelUri?.AbsoluteUri;
    }

    // A ledger that cannot be used stops every row, before anything is paid for. Rows side by side hear the same of it; it is said once.
    private bool BreakIfForAll(ImagenException error)
    {
        if (error is not LedgerUnavailableException)
        {
            return true;
        }

        Breaker.Trip(error);
        return ReferenceEquals(Breaker.ReasonForAll, error)
            || !Breaker.ReasonForAll!.Message.EndsWith(error.Message, StringComparison.Ordinal);
    }

    private RowOutcome<T> Unsent<T>(CheckedRow row)
        where T : class
    {
        _ = _notSent.AddOrUpdate(row.Host.Profile.Name, 1, static (_, count) => count + 1);
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
