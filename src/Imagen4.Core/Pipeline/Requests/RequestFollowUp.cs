using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Costs;
using Imagen4.Core.Pipeline.Files;
using Imagen4.Core.Pipeline.Results;
using Imagen4.Core.Pipeline.Waiting;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Requests;

/// <summary>What can be done with a request that was submitted before, in this process or another.</summary>
public sealed class RequestFollowUp
{
    private readonly ClientServices _services;
    private readonly BatchOptions _options;
    private readonly HostConnections _hosts;
    private readonly RequestWaiter _waiter;
    private readonly FollowUpLedger _known;
    private readonly PriceBook _prices;
    private readonly StoredFiles _stored;

    internal RequestFollowUp(ClientServices services, BatchOptions options)
    {
        (_services, _options) = (services, options);
        _hosts = new HostConnections(services.Providers, options);
        _waiter = new RequestWaiter(options.TimeLimit);
        _known = new FollowUpLedger(services, options);
        _prices = new PriceBook(options.Time, options.Trace);
        _stored = new StoredFiles(() => services.Ledger, services.Protocols.Storage);
    }

    /// <summary>
    /// The record with the name that its provider has now: where the ledger knows the request, the one at its address, whatever it was
    /// called when it took the request.
    /// </summary>
    public async Task<RequestRecord> LocateAsync(RequestRecord record, CancellationToken cancellation) => record with
    {
        Provider = await _known.ProviderOfAsync(record.Provider, record.RequestId, cancellation).ConfigureAwait(false),
    };

    /// <summary>The host of a request.</summary>
    /// <param name="record">The request's provider.</param>
    /// <exception cref="ImagenException">There is no such provider, it is not running, or there is no key.</exception>
    public HostConnection Connect(RequestRecord record) => _hosts.For(record.Provider);

    /// <summary>How to ask for a request.</summary>
    /// <param name="record">The request's own id, provider and model.</param>
    /// <exception cref="ImagenException">The id, the provider or the model is malformed, or there is no key.</exception>
    public RequestReference CreateReference(RequestRecord record)
    {
        var host = Connect(record);
        var model = record.Model ?? _options.Model ?? host.Profile.DefaultModel;
        return _services.Protocols.For(host).CreateReference(host, model, record.RequestId) with
        {
            Index = record.HasIndex ? record.Index : null,
            Key = record.Key,
        };
    }

    /// <summary>The prompt of a request, as its record or the ledger knows it; null where neither does.</summary>
    public async Task<string?> PromptOfAsync(RequestReference request, RequestRecord record, CancellationToken cancellation) =>
        record.Input?.Prompt ?? (await FindAsync(request, cancellation).ConfigureAwait(false))?.Input?.Prompt;

    /// <summary>Reads the state of a request; with the option to wait, once it has ended.</summary>
    /// <param name="request">The request.</param>
    /// <param name="logs">Whether log lines are wanted.</param>
    /// <param name="changed">
    /// Called with every change while it is waited for, on any thread, one after the other; the last one is returned only.
    /// </param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<RowOutcome<ImagenRequestStatus>> ReadStatusAsync(
        RequestReference request, bool logs, Func<ImagenRequestStatus, CancellationToken, Task>? changed, CancellationToken cancellation)
    {
        request = await DatedAsync(request, cancellation).ConfigureAwait(false);
        var follower = new StatusFollower(request);
        var start = StatusWatch.ForStart(() => NoteStartAsync(request));
        async Task SeeAsync(HostStatus seen, CancellationToken watching)
        {
            await start.TellAsync(seen, watching).ConfigureAwait(false);
            if (!seen.HasEnded && follower.Changed(seen) is { } change && changed is not null)
            {
                await changed(change, watching).ConfigureAwait(false);
            }
        }

        try
        {
            var status = _options.Wait
                ? await _waiter.UntilEndedAsync(request, new StatusWatch(logs, SeeAsync), cancellation).ConfigureAwait(false)
                : await request.Protocol.ReadStatusAsync(request, logs, cancellation).ConfigureAwait(false);
            if (status.State == ImagenStates.Failed)
            {
                // To write that down is to have the row paid for again: the result has the last word.
                status = await request.Protocol.ReadLastWordAsync(request, status, cancellation).ConfigureAwait(false);
            }

            await NoteAsync(request, status).ConfigureAwait(false);
            return new RowOutcome<ImagenRequestStatus>(changed is null ? follower.DescribeWhole(status) : follower.Describe(status), null);
        }
        catch (ImagenException error)
        {
            await NoteAsync(request, error).ConfigureAwait(false);
            return new RowOutcome<ImagenRequestStatus>(null, await OfAsync(request, error).ConfigureAwait(false));
        }
    }

    /// <summary>Reads the result of a request and saves its images; with the option to wait, once it has ended.</summary>
    public async Task<RowOutcome<ImagenResult>> ReceiveAsync(
        RequestReference request, RequestRecord record, CancellationToken cancellation)
    {
        request = await DatedAsync(request, cancellation).ConfigureAwait(false);
        var known = await FindAsync(request, cancellation).ConfigureAwait(false);
        var result = LedgerObjects.Of(record, Named(request), known);
        var options = Placed(known);
        result.Directory = options.Output?.FullPath;
        var ledger = options.KeepsPlace ? new FollowUpLedger(_services, options) : _known;
        var receiver = new ResultReceiver(options, new ResultLedger(ledger, new BatchCounts()), _prices);
        receiver.RemoveLeft(request.RequestId, known is null ? ImagenStates.Completed : LedgerObjects.State(known, isWorkedOn: false));
        if (options.FileName.IsDefault && known is { Step: RequestState.Delivered, Delivery: { } delivery })
        {
            // What has been saved there is there: nobody need be asked for it.
            result.Images = [.. delivery.Images.Where(image => options.KeepsPlace || RowRules.IsIn(image, options.Output?.RealPath))];
            if (options.Output is { Overwrites: false } && result.Images.Count == delivery.Images.Count
                && await _services.Ledger.HasFilesAsync(known, directory: null, cancellation).ConfigureAwait(false))
            {
                return await AsSavedAsync(request, known, result, receiver, cancellation).ConfigureAwait(false);
            }
        }

        var error = await receiver.ReceiveAsync(
            request,
            answered: null,
            result,
            Entry(request, known) with { Input = record.Input ?? known?.Input ?? new ImageInput() },
            options.FileName,
            cancellation).ConfigureAwait(false);
        if (error is null)
        {
            return new RowOutcome<ImagenResult>(result, null);
        }

        if (FalErrors.IsOfMissingFile(error) && (record.Input ?? known?.Input) is { } input)
        {
            await _stored.ForgetAsync(request.Host, input).ConfigureAwait(false);
        }

        error = Of(request, known, error);
        LedgerObjects.Fail(result, error);
        return new RowOutcome<ImagenResult>(error is RequestNotFoundException ? null : result, error);
    }

    // Images that are gone are brought back where they were saved; others go where those of their row belong.
    private BatchOptions Placed(LedgerRequest? known)
    {
        var saved = known is { Step: RequestState.Delivered, Delivery.Images: [var first, ..] } ? first : null;
        var directory = saved is null || (known!.Directory is not null && RowRules.IsIn(saved, known.Directory))
            ? known?.Directory
            : Path.GetDirectoryName(saved.Path);
        return _options.KeepsPlace && directory is not null
            ? _options with { Output = new OutputFolder(directory, _options.Output?.Overwrites == true) }
            : _options with { KeepsPlace = false };
    }

    private async Task<RowOutcome<ImagenResult>> AsSavedAsync(
        RequestReference request, LedgerRequest known, ImagenResult result, ResultReceiver receiver, CancellationToken cancellation)
    {
        known.Delivery!.CopyTo(result);
        result.State = ImagenStates.Delivered;
        if (await receiver.AddSidecarsAsync(result, cancellation).ConfigureAwait(false) is not { } error)
        {
            return new RowOutcome<ImagenResult>(result, null);
        }

        error = Of(request, known, error);
        LedgerObjects.Fail(result, error);
        return new RowOutcome<ImagenResult>(result, error);
    }

    /// <summary>Asks the host to cancel a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="readBack">
    /// Whether to read the state afterwards: a host may only promise to try. Of a request that the ledger knows it is read in any case.
    /// </param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The state, where it was read; also of a request that had ended, beside that error.</returns>
    public async Task<RowOutcome<ImagenRequestStatus>> CancelAsync(
        RequestReference request, bool readBack, CancellationToken cancellation)
    {
        try
        {
            var status = await TimeLimit
                .RunAsync(_options.TimeLimit, request.Host, token => CancelWithinAsync(request, readBack, token), cancellation)
                .ConfigureAwait(false);
            await NoteAsync(request, status).ConfigureAwait(false);
            return new RowOutcome<ImagenRequestStatus>(status is null ? null : new StatusFollower(request).Describe(status), null);
        }
        catch (ImagenException error)
        {
            await NoteAsync(request, error).ConfigureAwait(false);
            var ended = error is AlreadyCompletedException ? await NoteEndAsync(request, cancellation).ConfigureAwait(false) : null;
            return new RowOutcome<ImagenRequestStatus>(ended, await OfAsync(request, error).ConfigureAwait(false));
        }
    }

    // It has ended, and the ledger may not know it yet: else it is listed as unfinished, and to be cancelled, again.
    private async Task<ImagenRequestStatus?> NoteEndAsync(RequestReference request, CancellationToken cancellation)
    {
        try
        {
            var status = await TimeLimit
                .RunAsync(_options.TimeLimit, request.Host, token => request.Protocol.ReadEndAsync(request, token), cancellation)
                .ConfigureAwait(false);
            await NoteAsync(request, status).ConfigureAwait(false);
            return new StatusFollower(request).Describe(status);
        }
        catch (ImagenException)
        {
            // What is wrong with the cancel has been said.
            return null;
        }
    }

    // A host only promises to try. What the ledger knows is cancelled in it when the host says so.
    private async Task<HostStatus?> CancelWithinAsync(RequestReference request, bool readBack, CancellationToken cancellation)
    {
        await request.Protocol.CancelAsync(request, cancellation).ConfigureAwait(false);
        return readBack || await FindAsync(request, cancellation).ConfigureAwait(false) is not null
            ? await request.Protocol.ReadEndAsync(request, cancellation).ConfigureAwait(false)
            : null;
    }

    private async Task<RequestReference> DatedAsync(RequestReference request, CancellationToken cancellation) =>
        await FindAsync(request, cancellation).ConfigureAwait(false) is { } known && _known.IsFresh(known)
            ? request with { IsFresh = true }
            : request;

    private Task<LedgerRequest?> FindAsync(RequestReference request, CancellationToken cancellation) =>
        _known.FindAsync(request.Host, request.RequestId, cancellation);

    private Task NoteStartAsync(RequestReference request) =>
        NoteAsync(request, RequestState.Started, error: null, errorType: null, refusal: null);

    // What a host says of a request the ledger knows is written down, so that nobody has to ask for it again.
    private async Task NoteAsync(RequestReference request, HostStatus? status)
    {
        RequestState? step = status?.State switch
        {
            ImagenStates.InProgress => RequestState.Started,
            ImagenStates.Completed => RequestState.StatusCompleted,
            ImagenStates.Failed => RequestState.Failed,
            ImagenStates.Cancelled => RequestState.Cancelled,
            _ => null,
        };
        if (step is { } ended)
        {
            await NoteAsync(request, ended, status!.Error, status.ErrorType, status.Refusal).ConfigureAwait(false);
        }
    }

    private Task NoteAsync(RequestReference request, ImagenException error) => error is RequestNotFoundException
        ? NoteAsync(request, RequestState.Expired, error.Message, error.Kind, refusal: null)
        : Task.CompletedTask;

    private async Task NoteAsync(RequestReference request, RequestState step, string? error, string? errorType, string? refusal)
    {
        if (await FindAsync(request, CancellationToken.None).ConfigureAwait(false) is { } known)
        {
            var entry = Entry(request, known) with { Error = error, ErrorType = errorType, Refusal = refusal };
            await _known.RecordAsync(step, entry, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static LedgerEntry Entry(RequestReference request, LedgerRequest? known) => FollowUpLedger.Entry(Named(request), known);

    private async Task<ImagenException> OfAsync(RequestReference request, ImagenException error) =>
        Of(request, await FindAsync(request, CancellationToken.None).ConfigureAwait(false), error);

    private ImagenException Of(RequestReference request, LedgerRequest? known, ImagenException error)
    {
        error = error.ForRequest(
            request.RequestId,
            request.Host.Profile.Name,
            request.Index ?? known?.Index,
            (request.Key ?? known?.Key) is { } key ? PlainText.Brief(key) : null);
        return (error, known) switch
        {
            (RequestNotFoundException, not null) when _known.IsFresh(known) => error.Advising(Messages.CommandAskLater),

            // Where its row belongs: for another directory it would be another row, and its batch would pay once more.
            (RequestFailedException or RequestCancelledException, { Directory: { } directory })
                when error is { NextCommand: null, RefusesInput: false } =>
                error.Advising(Messages.CommandSubmitAgain.With(CommandText.Argument(request.RequestId), CommandText.Quoted(directory))),
            _ => error,
        };
    }

    private static LedgerEntry Named(RequestReference request) =>
        new(request.Host.Profile.Name, request.Model, Key: null, new ImageInput()) { RequestId = request.RequestId };
}
