using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Results;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Requests;

/// <summary>What the ledger knows of requests that are followed up, what it is told of them, and what users are told with their errors.</summary>
/// <param name="ledger">The ledger, which need not know a request.</param>
/// <param name="options">Options for every request.</param>
internal sealed class RequestNotes(FollowUpLedger ledger, BatchOptions options)
{
    /// <summary>A request that says whether its host has only just accepted it.</summary>
    public async Task<RequestReference> DatedAsync(RequestReference request, CancellationToken cancellation) =>
        await FindAsync(request, cancellation).ConfigureAwait(false) is { } known && ledger.IsFresh(known)
            ? request with { IsFresh = true }
            : request;

    /// <summary>What the ledger knows of a request, or null.</summary>
    public Task<LedgerRequest?> FindAsync(RequestReference request, CancellationToken cancellation) =>
        ledger.FindAsync(request.Host, request.RequestId, cancellation);

    /// <summary>Takes note that its host generates it.</summary>
    public Task NoteStartAsync(RequestReference request) =>
        NoteAsync(request, RequestState.Started, error: null, errorType: null, refusal: null);

    /// <summary>Takes note of the state that a host tells, so that nobody has to ask for it again.</summary>
    public async Task NoteAsync(RequestReference request, HostStatus? status)
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

    /// <summary>Takes note of what an error says of the request itself.</summary>
    public Task NoteAsync(RequestReference request, ImagenException error) => error is RequestNotFoundException
        ? NoteAsync(request, RequestState.Expired, error.Message, error.Kind, refusal: null)
        : Task.CompletedTask;

    private async Task NoteAsync(RequestReference request, RequestState step, string? error, string? errorType, string? refusal)
    {
        if (await FindAsync(request, CancellationToken.None).ConfigureAwait(false) is { } known)
        {
            var entry = Entry(request, known) with { Error = error, ErrorType = errorType, Refusal = refusal };
            await ledger.RecordAsync(step, entry, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>The entry under which the ledger records a request.</summary>
    public static LedgerEntry Entry(RequestReference request, LedgerRequest? known) => FollowUpLedger.Entry(Named(request), known);

    /// <summary>An error with its request, its row and what to do next.</summary>
    public async Task<ImagenException> ErrorAsync(RequestReference request, ImagenException error)
    {
        var known = await FindAsync(request, CancellationToken.None).ConfigureAwait(false);
        var isShared = known is not null && await ledger.IsAtSeveralAsync(request.RequestId).ConfigureAwait(false);
        return Error(request, known, isShared ? error.WithSharedId() : error);
    }

    /// <summary>An error with its request, its row and what to do next.</summary>
    public ImagenException Error(RequestReference request, LedgerRequest? known, ImagenException error)
    {
        error = error.ForRequest(
            request.RequestId,
            request.Host.Profile.Name,
            request.Index ?? known?.Index,
            (request.Key ?? known?.Key) is { } key ? PlainText.Brief(key) : null);
        return (error, known) switch
        {
            (RequestNotFoundException, not null) when ledger.IsFresh(known) => error.Advising(Messages.CommandAskLater),

            // Where its row belongs: for another directory it would be another row, and its batch would pay once more.
            (RequestFailedException or RequestCancelledException, { IsWithoutPrompt: false })
                when error is { NextCommand: null, RefusesInput: false } && (known.Directory ?? options.Output?.FullPath) is { } directory =>
                error.Advising(Messages.CommandSubmitAgain.With(
                    CommandText.Request(request.RequestId, error.HasSharedId ? error.Provider : null), CommandText.Quoted(directory))),
            _ => error,
        };
    }

    /// <summary>The entry of a request of which its record alone is known.</summary>
    public static LedgerEntry Named(RequestReference request) =>
        new(request.Host.Profile.Name, request.Model, Key: null, new ImageInput()) { RequestId = request.RequestId };
}
