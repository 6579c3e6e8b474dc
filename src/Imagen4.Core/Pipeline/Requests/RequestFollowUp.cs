using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Results;
using Imagen4.Core.Pipeline.Waiting;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Providers;

namespace Imagen4.Core.Pipeline.Requests;

/// <summary>What can be done with a request that was submitted before, in this process or another.</summary>
public sealed class RequestFollowUp
{
    private readonly ClientServices _services;
    private readonly BatchOptions _options;
    private readonly HostConnections _hosts;
    private readonly RequestWaiter _waiter;
    private readonly FollowUpLedger _known;
    private readonly RequestNotes _notes;
    private readonly ResultFollowUp _results;

    internal RequestFollowUp(ClientServices services, BatchOptions options)
    {
        (_services, _options) = (services, options);
        _hosts = new HostConnections(services.Providers, options);
        _waiter = new RequestWaiter(options.TimeLimit);
        _known = new FollowUpLedger(services, options);
        _notes = new RequestNotes(_known, options);
        _results = new ResultFollowUp(services, options, _known, _notes);
    }

    /// <summary>
    /// The record with the name that its provider has now: where the ledger knows the request, the one at its address, whatever it was
    /// called when it took the request. A record that names no provider is looked for in the ledger by its id alone.
    /// </summary>
    public Task<RequestRecord> LocateAsync(RequestRecord record, CancellationToken cancellation) =>
        _known.LocateAsync(record, cancellation);

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
            SentTo = record.SentTo,
        };
    }

    /// <summary>The prompt of a request, as its record or the ledger knows it; null where neither does.</summary>
    public async Task<string?> PromptOfAsync(RequestReference request, RequestRecord record, CancellationToken cancellation) =>
        record.Input?.Prompt ?? (await _notes.FindAsync(request, cancellation).ConfigureAwait(false))?.Input?.Prompt;

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
        request = await _notes.DatedAsync(request, cancellation).ConfigureAwait(false);
        var follower = new StatusFollower(request);
        var start = StatusWatch.ForStart(() => _notes.NoteStartAsync(request));
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

            await _notes.NoteAsync(request, status).ConfigureAwait(false);
            return new RowOutcome<ImagenRequestStatus>(changed is null ? follower.DescribeWhole(status) : follower.Describe(status), null);
        }
        catch (ImagenException error)
        {
            await _notes.NoteAsync(request, error).ConfigureAwait(false);
            return new RowOutcome<ImagenRequestStatus>(null, await _notes.ErrorAsync(request, error).ConfigureAwait(false));
        }
    }

    /// <summary>Reads the result of a request and saves its images; with the option to wait, once it has ended.</summary>
    public Task<RowOutcome<ImagenResult>> ReceiveAsync(RequestReference request, RequestRecord record, CancellationToken cancellation) =>
        _results.ReceiveAsync(request, record, cancellation);

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
            await _notes.NoteAsync(request, status).ConfigureAwait(false);
            return new RowOutcome<ImagenRequestStatus>(status is null ? null : new StatusFollower(request).Describe(status), null);
        }
        catch (ImagenException error)
        {
            await _notes.NoteAsync(request, error).ConfigureAwait(false);
            var ended = error is AlreadyCompletedException ? await NoteEndAsync(request, cancellation).ConfigureAwait(false) : null;
            return new RowOutcome<ImagenRequestStatus>(ended, await _notes.ErrorAsync(request, error).ConfigureAwait(false));
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
            await _notes.NoteAsync(request, status).ConfigureAwait(false);
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
        return readBack || await _notes.FindAsync(request, cancellation).ConfigureAwait(false) is not null
            ? await request.Protocol.ReadEndAsync(request, cancellation).ConfigureAwait(false)
            : null;
    }
}
