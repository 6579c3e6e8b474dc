using System.Collections.Concurrent;
using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Pipeline.Work;
using Imagen4.Core.Protocols;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>
/// The way of a row, front to back: its turn, intent, submit, accepted, wait, result, images, delivered. One instance serves a
/// whole batch; its rows run side by side.
/// </summary>
public sealed class RowRun
{
    private readonly BatchOptions _options;
    private readonly RequestLedger _ledger = RequestLedger.Shared;
    private readonly HostTurns _turns;
    private readonly Submitter _submitter;
    private readonly ResultReceiver _receiver;
    private readonly ResultReceiver _follower;
    private readonly OpenRequests _open;
    private readonly ConcurrentDictionary<string, int> _notSent = new(StringComparer.OrdinalIgnoreCase);
    private int _continued;
    private int _inDoubt;

    /// <summary>Prepares a batch. Nothing is sent.</summary>
    /// <param name="options">What holds for every row.</param>
    public RowRun(BatchOptions options)
    {
        _options = options;
        _turns = new HostTurns(_ledger, options);
        _submitter = new Submitter(_ledger, new ThrottleGates(), Stop) { LeavesAccepted = !options.Wait, Warn = options.Warn };
        _receiver = new ResultReceiver(options, _ledger);
        _follower = new ResultReceiver(options, new KnownRequests(options));
        _open = new OpenRequests(_ledger);
    }

    /// <summary>Whether submitting goes on.</summary>
    public SubmissionStop Stop { get; } = new();

    /// <summary>How many rows had been submitted before, by an earlier run or another process: nothing was paid for them in this one.</summary>
    public int Continued => Volatile.Read(ref _continued);

    /// <summary>How many rows were not sent because submitting to their provider had ended, by provider.</summary>
    public IReadOnlyDictionary<string, int> NotSent => _notSent;

    /// <summary>How many rows are in doubt.</summary>
    public int InDoubt => Volatile.Read(ref _inDoubt);

    /// <summary>Takes note that the object of a request that was only submitted is the caller's now.</summary>
    public void HandedOn(ImagenRequest request)
    {
        // What is to be cancelled with the batch is kept until its end.
        if (!_options.CancelsOnStop && request.LedgerId is { } id)
        {
            _open.Remove(id);
        }
    }

    /// <summary>
    /// The ledger's ids of the requests that go on at their hosts: of those that are waited for, have not been handed on, or are to be
    /// cancelled with the batch.
    /// </summary>
    public IReadOnlyCollection<string> OpenLedgerIds => _open.LedgerIds;

    /// <summary>Whether the same batch, run again, goes on with each of those requests.</summary>
    public bool OpenAreContinued => !_options.StartsAfresh && _open.AreContinued;

    /// <summary>How many requests the hosts have cancelled so far.</summary>
    public int Cancelled => _open.Cancelled;

    /// <summary>What has gone wrong with cancels so far, besides requests that had ended.</summary>
    public IReadOnlyList<Exception> CancelTroubles => _open.Troubles;

    /// <summary>Where the ledger is.</summary>
    public string LedgerPath => _ledger.Location;

    /// <summary>Asks the hosts to cancel what goes on.</summary>
    /// <returns>How many requests they have cancelled.</returns>
    public Task<int> CancelAsync(CancellationToken cancellation) => _open.CancelAsync(cancellation);

    /// <summary>Submits a row and leaves the rest to the host.</summary>
    public Task<RowOutcome<ImagenRequest>> SubmitAsync(CheckedRow row, CancellationToken cancellation) =>
        SubmitAsync(row, new StopTokens(cancellation, cancellation));

    /// <summary>Submits a row and leaves the rest to the host.</summary>
    /// <param name="row">The row.</param>
    /// <param name="stop">How it is asked to end.</param>
    public async Task<RowOutcome<ImagenRequest>> SubmitAsync(CheckedRow row, StopTokens stop)
    {
        if (row.IsRepeated)
        {
            return new RowOutcome<ImagenRequest>(null, null);
        }

        var held = new HeldRow(_ledger, Entry(row), isOwn: row.Identity is null);
        await using var leaving = held.ConfigureAwait(false);
        var request = new ImagenRequest { Provider = row.Host.Profile.Name, Model = row.Model, Key = row.Row.Key, LedgerId = held.Entry.LedgerId };
        row.Input.CopyTo(request);
        row.Row.Settings.CopyTo(request);
        ImagenException? error = null;
        try
        {
            if (await held.TakeTurnAsync(_turns.For(row.Host), row.Named, stop.Stopping).ConfigureAwait(false) is Turn.Report report)
            {
                request = LedgerObjects.Request(report.Known, isWorkedOn: report.Error is not null);
                request.Key = row.Row.Key ?? request.Key;
                error = Reported(report);
            }
            else if (await _submitter.SubmitAsync(row.Host, held.Entry, stop).ConfigureAwait(false) is { } acceptance)
            {
                if (acceptance.Answered is null)
                {
                    _open.Add(acceptance.Request, held.Entry);
                }

                Describe(request, acceptance);
            }
            else
            {
                return Unsent<ImagenRequest>(row);
            }
        }
        catch (ImagenException refused)
        {
            error = refused;
            if (!EndIfForAll(refused))
            {
                return Unsent<ImagenRequest>(row);
            }

            if (StateAfter(refused) is not { } state)
            {
                // What is wrong with the ledger is wrong for every row.
                refused.Row = refused is LedgerUnavailableException ? null : row.Row.Index;
                return new RowOutcome<ImagenRequest>(null, refused);
            }

            (request.State, request.RequestId) = (state, refused.RequestId);
        }

        request.Index = row.Row.Index;
        if (error is not null)
        {
            error.Row = request.Index;
            (request.Error, request.ErrorType) = (error.Message, error.HostErrorType ?? error.Kind);
        }

        return Counted(new RowOutcome<ImagenRequest>(request, error));
    }

    /// <summary>Submits a row, waits for it and saves its images.</summary>
    public Task<RowOutcome<ImagenResult>> RunAsync(CheckedRow row, CancellationToken cancellation) =>
        RunAsync(row, new StopTokens(cancellation, cancellation));

    /// <summary>Submits a row, waits for it and saves its images.</summary>
    /// <param name="row">The row.</param>
    /// <param name="stop">How it is asked to end.</param>
    public async Task<RowOutcome<ImagenResult>> RunAsync(CheckedRow row, StopTokens stop)
    {
        if (row.IsRepeated)
        {
            return new RowOutcome<ImagenResult>(null, null);
        }

        var held = new HeldRow(_ledger, Entry(row), isOwn: row.Identity is null);
        await using var leaving = held.ConfigureAwait(false);
        var result = new ImagenResult { Provider = row.Host.Profile.Name, Model = row.Model, Key = row.Row.Key, LedgerId = held.Entry.LedgerId };
        row.Input.CopyTo(result);
        row.Row.Settings.CopyTo(result);
        ImagenException? error = null;
        try
        {
            switch (await held.TakeTurnAsync(_turns.For(row.Host), row.Named, stop.Stopping).ConfigureAwait(false))
            {
                case Turn.Report report:
                    result = Known(row, report.Known, isWorkedOn: report.Error is not null);
                    error = Reported(report);
                    break;

                case Turn.Continue going:
                    _ = Interlocked.Increment(ref _continued);
                    result = Known(row, going.Known);
                    var known = Refer(row, going.Known);
                    _open.Add(known, held.Entry);
                    error = await ContinueAsync(going, known, result, held.Entry, stop.Stopping).ConfigureAwait(false);
                    break;

                default:
                    if (await _submitter.SubmitAsync(row.Host, held.Entry, stop).ConfigureAwait(false) is not { } acceptance)
                    {
                        return Unsent<ImagenResult>(row);
                    }

                    (result.RequestId, result.State, result.Index) = (acceptance.Request.RequestId, ImagenStates.InQueue, row.Row.Index);
                    var entry = held.Entry with { RequestId = result.RequestId };
                    _open.Add(acceptance.Request, entry);
                    error = await _receiver.ReceiveAsync(acceptance.Request, acceptance.Answered, result, entry, stop.Stopping).ConfigureAwait(false);
                    WarnOfFewer(row, result);
                    break;
            }
        }
        catch (ImagenException refused)
        {
            error = refused;
            if (!EndIfForAll(refused))
            {
                return Unsent<ImagenResult>(row);
            }

            if (StateAfter(refused) is not { } state)
            {
                // What is wrong with the ledger is wrong for every row.
                refused.Row = refused is LedgerUnavailableException ? null : row.Row.Index;
                return new RowOutcome<ImagenResult>(null, refused);
            }

            (result.State, result.RequestId, result.Index) = (state, refused.RequestId, row.Row.Index);
        }

        _open.Remove(held.Entry.LedgerId);
        if (error is not null)
        {
            error.Row = result.Index;
            error.RequestId ??= result.RequestId;
            error.CanBeReceived = result.State is ImagenStates.InQueue or ImagenStates.InProgress or ImagenStates.Completed;
            (result.Error, result.ErrorType) = (error.Message, error.HostErrorType ?? error.Kind);
        }

        return Counted(new RowOutcome<ImagenResult>(result, error));
    }

    private LedgerEntry Entry(CheckedRow row)
    {
        var entry = new LedgerEntry(row.Host.Profile.Name, row.Model, row.Row.Key, row.Input)
        {
            BaseAddress = ProviderAddress.Normal(row.Host.BaseUri),
            Settings = row.Row.Settings,
            Index = row.Row.Index,
        };
        return entry with
        {
            Row = row.Identity ?? RowIdentity.OfRequest(entry.LedgerId, RowIdentity.Hash(row.Model, row.Input), _options.Output?.RealPath),
        };
    }

    private static ImagenResult Known(CheckedRow row, LedgerRequest known, bool isWorkedOn = false)
    {
        var result = LedgerObjects.Finished(known, isWorkedOn);
        (result.Index, result.Key) = (row.Row.Index, row.Row.Key ?? result.Key);
        return result;
    }

    private Task<ImagenException?> ContinueAsync(
        Turn.Continue going, RequestReference known, ImagenResult result, LedgerEntry entry, CancellationToken cancellation)
    {
        if (going.IsHeld)
        {
            return _receiver.ContinueAsync(known, result, entry, cancellation);
        }

        // Saved elsewhere is not saved here.
        result.Images = [.. result.Images.Where(image => RowRules.IsIn(image, _options.Output?.RealPath))];
        return _follower.ContinueAsync(known, result, entry, cancellation);
    }

    private static RequestReference Refer(CheckedRow row, LedgerRequest known) =>
        HostProtocols.For(row.Host.Profile.Protocol).Refer(row.Host, known.Model, known.RequestId ?? "");

    // A row that is not submitted in this run, because there is nothing more to be done for it.
    private ImagenException? Reported(Turn.Report report)
    {
        _ = Interlocked.Increment(ref _continued);
        return report.Error ?? LedgerErrors.Of(report.Known);
    }

    // A ledger that cannot be used stops every row, before anything is paid for. Rows side by side hear the same of it; it is said once.
    private bool EndIfForAll(ImagenException error)
    {
        if (error is not LedgerUnavailableException)
        {
            return true;
        }

        Stop.End(error);
        return ReferenceEquals(Stop.ReasonForAll, error) || !Stop.ReasonForAll!.Message.EndsWith(error.Message, StringComparison.Ordinal);
    }

    private RowOutcome<T> Unsent<T>(CheckedRow row)
        where T : class
    {
        _ = _notSent.AddOrUpdate(row.Host.Profile.Name, 1, static (_, count) => count + 1);
        return new RowOutcome<T>(null, null);
    }

    private RowOutcome<T> Counted<T>(RowOutcome<T> outcome)
        where T : class
    {
        if (outcome.Error is SubmissionInDoubtException)
        {
            _ = Interlocked.Increment(ref _inDoubt);
        }

        return outcome;
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
