using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Costs;
using Imagen4.Core.Pipeline.Files;
using Imagen4.Core.Pipeline.Results;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;

namespace Imagen4.Core.Pipeline.Requests;

/// <summary>Fetches results of requests that were submitted before, and saves their images where they belong.</summary>
/// <param name="services">What every run is given.</param>
/// <param name="options">Options for every request.</param>
/// <param name="ledger">The ledger, which need not know a request.</param>
/// <param name="notes">What is known and told of requests.</param>
internal sealed class ResultFollowUp(ClientServices services, BatchOptions options, FollowUpLedger ledger, RequestNotes notes)
{
    private readonly PriceBook _prices = new(options.Time, options.Trace);
    private readonly StoredFiles _stored = new(() => services.Ledger, services.Protocols.Storage);

    /// <summary>Reads the result of a request and saves its images; with the option to wait, once it has ended.</summary>
    public async Task<RowOutcome<ImagenResult>> ReceiveAsync(
        RequestReference request, RequestRecord record, CancellationToken cancellation)
    {
        request = await notes.DatedAsync(request, cancellation).ConfigureAwait(false);
        var known = await notes.FindAsync(request, cancellation).ConfigureAwait(false);
        var result = LedgerObjects.Of(record, RequestNotes.Named(request), known);
        var placed = Placed(known);
        result.Directory = placed.Output?.FullPath;
        var place = placed.KeepsPlace ? new FollowUpLedger(services, placed) : ledger;
        var receiver = new ResultReceiver(placed, new ResultLedger(place, new BatchCounts()), _prices);
        receiver.RemoveLeft(request.RequestId, known is null ? ImagenStates.Completed : LedgerObjects.State(known, isWorkedOn: false));
        if (placed.FileName.IsDefault && known is { Step: RequestState.Delivered, Delivery: { } delivery })
        {
            // What has been saved there is there: nobody need be asked for it.
            result.Images = [.. delivery.Images.Where(image => placed.KeepsPlace || RowRules.IsIn(image, placed.Output?.RealPath))];
            if (placed.Output is { Overwrites: false } && result.Images.Count == delivery.Images.Count
                && await services.Ledger.HasFilesAsync(known, directory: null, cancellation).ConfigureAwait(false))
            {
                return await AsSavedAsync(request, known, result, receiver, cancellation).ConfigureAwait(false);
            }
        }

        var error = await receiver.ReceiveAsync(
            request,
            answered: null,
            result,
            RequestNotes.Entry(request, known) with { Input = record.Input ?? known?.Input ?? new ImageInput() },
            placed.FileName,
            cancellation).ConfigureAwait(false);
        if (error is null)
        {
            return new RowOutcome<ImagenResult>(result, null);
        }

        if (FalErrors.IsOfMissingFile(error) && (record.Input ?? known?.Input) is { } input)
        {
            await _stored.ForgetAsync(request.Host, input).ConfigureAwait(false);
        }

        error = notes.Error(request, known, error);
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
        return options.KeepsPlace && directory is not null
            ? options with { Output = new OutputFolder(directory, options.Output?.Overwrites == true) }
            : options with { KeepsPlace = false };
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

        error = notes.Error(request, known, error);
        LedgerObjects.Fail(result, error);
        return new RowOutcome<ImagenResult>(result, error);
    }
}
