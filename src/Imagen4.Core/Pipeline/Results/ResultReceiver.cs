using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Costs;
using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Pipeline.Waiting;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Results;

/// <summary>The second half of a row's way: wait, read the result, have its images saved.</summary>
/// <param name="options">Options for every row.</param>
/// <param name="ledger">Where every step is written.</param>
/// <param name="prices">What results cost.</param>
internal sealed class ResultReceiver(BatchOptions options, ResultLedger ledger, PriceBook prices)
{
    private const int LeastImages = 64;

    // All together, in characters: one that a storage has signed has some two thousand.
    private const int LongestAddresses = LeastImages * 2048;

    private readonly RequestWaiter _waiter = new(options.TimeLimit, options.Saving);
    private readonly ImageDelivery _delivery = new(options, ledger);

    /// <summary>What goes before the images are saved; null where nothing is submitted meanwhile.</summary>
    public SubmissionPriority? Priority { get; init; }

    /// <summary>Brings a request of an earlier run to its end: saves what is not there yet.</summary>
    /// <returns>The first thing that went wrong, or null.</returns>
    public async Task<ImagenException?> ContinueAsync(
        RequestReference request,
        ImagenResult result,
        LedgerEntry entry,
        FileNameTemplate names,
        CancellationToken cancellation,
        Action? hostIsDone = null)
    {
        RemoveLeft(request.RequestId, result.State);
        if (result.State == ImagenStates.Delivered)
        {
            if (options.Output is { } folder)
            {
                if (await _delivery.FindAsync(folder, result, entry, names, cancellation).ConfigureAwait(false))
                {
                    return await _delivery.AddSidecarsAsync(result, cancellation).ConfigureAwait(false);
                }

                // Saved elsewhere is not saved here.
                result.Images = [.. result.Images.Where(image => RowRules.IsIn(image, folder.RealPath))];
            }

            // It was, and a file is gone: until that is back, the object says no more than what is true.
            result.State = ImagenStates.Completed;
            result.Path = (await _delivery.OwnAsync(result.Images, entry, cancellation).ConfigureAwait(false)).Values.FirstOrDefault()?.Path;
        }

        var error = await ReceiveAsync(request, answered: null, result, entry, names, cancellation, hostIsDone).ConfigureAwait(false);
        if (error is not RequestNotFoundException)
        {
            return error;
        }

        var gone = Messages.ContinuedNotFound.With(request.RequestId, request.Host.Profile.Name);
        return await _delivery.AdviseAgainAsync(request, new RequestNotFoundException(gone, error) { RequestId = request.RequestId })
            .ConfigureAwait(false);
    }

    /// <summary>Removes what a process left that was killed while it saved the images of a request.</summary>
    /// <param name="requestId">The request.</param>
    /// <param name="state">Its state, as the ledger knows it: nobody begins to save images before the result is there.</param>
    public void RemoveLeft(string requestId, string? state)
    {
        if (state is ImagenStates.Completed or ImagenStates.Delivered)
        {
            options.Output?.RemoveLeft(requestId);
        }
    }

    /// <summary>Brings a request to its end.</summary>
    /// <param name="request">The request.</param>
    /// <param name="answered">The result, where the answer to the submit was it.</param>
    /// <param name="result">The object it is for, with what is known of it.</param>
    /// <param name="entry">The ledger's entry of it.</param>
    /// <param name="names">How its files are named.</param>
    /// <param name="cancellation">Stops it; the request goes on.</param>
    /// <param name="hostIsDone">Called once the host has nothing more to do for the request; its images may still have to be saved.</param>
    /// <returns>The first thing that went wrong, or null.</returns>
    public async Task<ImagenException?> ReceiveAsync(
        RequestReference request,
        HostResult? answered,
        ImagenResult result,
        LedgerEntry entry,
        FileNameTemplate names,
        CancellationToken cancellation,
        Action? hostIsDone = null)
    {
        // Seen to end in this run: what an earlier one has seen has long been everywhere.
        var isFresh = result.State is not (ImagenStates.Completed or ImagenStates.Delivered);
        var before = result.Images;
        if (result.Cost is null)
        {
            // The host is asked while the request is in progress.
            prices.Begin(request.Host, request.Model);
        }

        try
        {
            // What is cut off is not held while the rest is saved.
            using var found = Capped(
                answered ?? (options.Wait
                    ? await _waiter.UntilResultAsync(request, Watch(result, entry, hostIsDone), cancellation).ConfigureAwait(false)
                    : await RequestWaiter.ReadNowAsync(request, cancellation).ConfigureAwait(false)),
                result,
                entry);
            hostIsDone?.Invoke();
            if (found is null)
            {
                result.State = ImagenStates.InProgress;
                return null;
            }

            found.CopyTo(result);
            result.CompletedAt ??= Milliseconds(options.Time.GetUtcNow());
            if (Priority is { } priority)
            {
                await priority.YieldAsync(cancellation).ConfigureAwait(false);
            }

            await AddCostAsync(request, entry, found.BillableUnits, found.Images.Count, result).ConfigureAwait(false);
            await ledger.RecordAsync(RequestState.Completed, entry with { Seed = found.Seed, Delivery = CostOf(result) }).ConfigureAwait(false);
            var unsaved = await _delivery.SaveAsync(request, found.Images, before, isFresh, result, entry, names, cancellation).ConfigureAwait(false);
            if (unsaved is null)
            {
                return null;
            }

            // Whoever lists it later reads why its images are not there.
            await ledger.RecordAsync(RequestState.Completed, WithError(entry, unsaved)).ConfigureAwait(false);
            return await ledger.WithHostsAsync(unsaved, request.RequestId).ConfigureAwait(false);
        }
        catch (ImagenException error)
        {
            var (state, step) = EndOf(error, result.State);
            result.State = state;
            if (step is { } written)
            {
                if (error.BillableUnits is { } units)
                {
                    result.BillableUnits = units;
                    await AddCostAsync(request, entry, units, images: 0, result).ConfigureAwait(false);
                }

                var ended = WithError(entry, error) with { Delivery = CostOf(result), Refusal = LedgerErrors.RefusalBy(error) };
                await ledger.RecordAsync(written, ended).ConfigureAwait(false);
            }

            return await ledger.WithHostsAsync(error, request.RequestId).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it is: a request that was paid for keeps its object and its id.
        catch (Exception error) when (error is not OperationCanceledException || !cancellation.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return new InvalidResponseException(Messages.UnexpectedAfterAcceptance.With(PlainText.Line(error.Message)), error)
            {
                RequestId = request.RequestId,
            };
        }
        finally
        {
            result.Elapsed = Math.Round(options.Time.GetElapsedTime(request.Since).TotalSeconds, 3);
        }
    }

    private static LedgerEntry WithError(LedgerEntry entry, ImagenException error) =>
        entry with { Error = error.Message, ErrorType = error.HostErrorType ?? error.Kind };

    // More than were asked for are not refused: they may have been paid for. Thousands are not images of a request.
    private HostResult? Capped(HostResult? found, ImagenResult result, LedgerEntry entry)
    {
        var asked = entry.Input.NumImages ?? 1;
        var most = Math.Max(LeastImages, 4 * asked);
        var (kept, length) = (0, 0);
        foreach (var image in found?.Images ?? [])
        {
            length += (image.Bytes as ImageBytes.Remote)?.Address.Length ?? 0;
            if (kept == most || (kept >= asked && length > LongestAddresses))
            {
                options.Warn?.Invoke(Messages.ImagesListed.With(result.Index, kept));
                var first = found! with { Images = [.. found.Images.Take(kept)] };

                // Those that are in a file are in one file.
                if (!first.Images.Any(one => one.Bytes is ImageBytes.Inline { Rest: not null }))
                {
                    found.Dispose();
                }

                return first;
            }

            kept++;
        }

        return found;
    }

    // That the host generates is written once, for whoever looks at the ledger meanwhile. Nothing depends on it.
    private StatusWatch Watch(ImagenResult result, LedgerEntry entry, Action? hostIsDone) => result.State == ImagenStates.InProgress
        ? StatusWatch.ForEnd(hostIsDone)
        : StatusWatch.ForStart(async () =>
        {
            result.State = ImagenStates.InProgress;
            try
            {
                await ledger.Inner.RecordAsync(RequestState.Started, entry, CancellationToken.None).ConfigureAwait(false);
            }
            catch (LedgerUnavailableException)
            {
                // The next step says so.
            }
        }, hostIsDone);

    // What it is known to have cost stays: prices change.
    private async Task AddCostAsync(RequestReference request, LedgerEntry entry, decimal? units, int images, ImagenResult result)
    {
        if (result.Cost is null
            && await prices.CostAsync(request.Host, request.Model, entry.Input, units, images).ConfigureAwait(false) is { } cost)
        {
            (result.Cost, result.Currency) = (cost.Amount, cost.Currency);
        }
    }

    private static LedgerResult? CostOf(ImagenResult result) => LedgerResult.OfCost(result.BillableUnits, result.Cost, result.Currency);

    // As the ledger keeps other times, and as exactly as they are written into files.
    private static DateTime Milliseconds(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds()).UtcDateTime;

    /// <summary>Writes what is to be beside the saved images of a result, where it is wanted and is not there.</summary>
    /// <returns>The first thing that went wrong, or null.</returns>
    public Task<ImagenException?> AddSidecarsAsync(ImagenResult result, CancellationToken cancellation) =>
        _delivery.AddSidecarsAsync(result, cancellation);

    /// <summary>Whether an error says that there was a result, with nothing in it.</summary>
    public static bool IsEmptyResult(ImagenException error) =>
        error is RequestFailedException && error.Thrown.Message == Messages.NoImagesOfRow;

    // Only the host's own word ends a request; everything else (a timeout, a locked account, a broken line) leaves it as it was.
    private static (string State, RequestState? Step) EndOf(ImagenException error, string current) => error switch
    {
        RequestCancelledException => (ImagenStates.Cancelled, RequestState.Cancelled),
        RequestNotFoundException => (current == ImagenStates.Completed ? current : ImagenStates.Failed, RequestState.Expired),
        RequestFailedException or ContentPolicyViolationException or InvalidInputException { StatusCode: not null } =>
            (ImagenStates.Failed, RequestState.Failed),
        _ => (current, null),
    };
}
