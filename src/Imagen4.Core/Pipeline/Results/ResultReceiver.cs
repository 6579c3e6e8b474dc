using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Costs;
using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Pipeline.Waiting;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Results;

/// <summary>The second half of a row's way: wait, read the result, save its images.</summary>
/// <param name="options">Options for every row.</param>
/// <param name="ledger">Where every step is written.</param>
/// <param name="counts">Counts what could not be written.</param>
/// <param name="prices">What results cost.</param>
/// <param name="breaker">Ends submitting where the ledger cannot be told; null where nothing is submitted.</param>
internal sealed class ResultReceiver(
    BatchOptions options, ILedger ledger, BatchCounts counts, PriceBook prices, SubmissionBreaker? breaker = null)
{
    private const int LeastImages = 16;

    private readonly RequestWaiter _waiter = new(options.TimeLimit);

    /// <summary>Brings a request of an earlier run to its end: saves what is not there yet.</summary>
    /// <returns>The first thing that went wrong, or null.</returns>
    public async Task<ImagenException?> ContinueAsync(
        RequestReference request, ImagenResult result, LedgerEntry entry, FileNameTemplate names, CancellationToken cancellation)
    {
        RemoveLeft(request.RequestId, result.State);
        if (result.State == ImagenStates.Delivered)
        {
            if (options.Output is { } folder)
            {
                if (await FindAsync(folder, result, entry, names, cancellation).ConfigureAwait(false))
                {
                    await RecordAsync(RequestState.Delivered, entry with { Delivery = LedgerResult.Of(result) }).ConfigureAwait(false);
                    return await AddSidecarsAsync(result, cancellation).ConfigureAwait(false);
                }

                // Saved elsewhere is not saved here.
                result.Images = [.. result.Images.Where(image => RowRules.IsIn(image, folder.RealPath))];
            }

            // It was, and a file is gone: until that is back, the object says no more than what is true.
            result.State = ImagenStates.Completed;
            result.Path = (await OwnAsync(result.Images, entry, cancellation).ConfigureAwait(false)).Values.FirstOrDefault()?.Path;
        }

        var error = await ReceiveAsync(request, answered: null, result, entry, names, cancellation).ConfigureAwait(false);
        return error is RequestNotFoundException
            ? new RequestNotFoundException(Messages.ContinuedNotFound.With(request.RequestId, request.Host.Profile.Name),
                error) { RequestId = request.RequestId }
            : error;
    }

    // Images that are in another directory by now may still be in this one too, under the names that they would get: nobody need be asked.
    private async Task<bool> FindAsync(
        OutputFolder folder, ImagenResult result, LedgerEntry entry, FileNameTemplate names, CancellationToken cancellation)
    {
        var kept = names.IsDefault ? await KeptNamesAsync(folder, entry).ConfigureAwait(false) : null;
        var found = new List<FileInfo>();
        foreach (var image in result.Images)
        {
            var files = kept is null
                ? names.IsDefault ? [] : MediaType.Saved.Select(type => names.Expand(Values(result), image.Index, type))
                : MediaType.Extensions.Select(extension => kept.GetValueOrDefault(image.Index) + extension);
            var before = found.Count;
            foreach (var file in files.Select(name => SavedFile.Find(folder.At(name))).OfType<FileInfo>())
            {
                if (file.Length == image.FileSize
                    && await SavedFiles.DigestAsync(file, cancellation).ConfigureAwait(false) == image.Sha256)
                {
                    found.Add(file);
                    break;
                }
            }

            if (found.Count == before)
            {
                return false;
            }
        }

        foreach (var (image, file) in result.Images.Zip(found))
        {
            (image.Path, image.SavedAt) = (file.FullName, file.LastWriteTimeUtc);
        }

        result.Path = result.Images.Select(image => image.Path).FirstOrDefault();
        return found.Count > 0;
    }

    private async Task<IReadOnlyDictionary<int, string>?> KeptNamesAsync(OutputFolder folder, LedgerEntry entry)
    {
        try
        {
            return await ledger.FileNamesAsync(entry, folder.RealPath).ConfigureAwait(false);
        }
        catch (LedgerUnavailableException error)
        {
            NoteUnrecorded(entry, error);
            return null;
        }
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
    /// <returns>The first thing that went wrong, or null.</returns>
    public async Task<ImagenException?> ReceiveAsync(
        RequestReference request,
        HostResult? answered,
        ImagenResult result,
        LedgerEntry entry,
        FileNameTemplate names,
        CancellationToken cancellation)
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
            using var read = answered ?? (options.Wait
                ? await _waiter.UntilResultAsync(request, Watch(result, entry), cancellation).ConfigureAwait(false)
                : await RequestWaiter.ReadNowAsync(request, cancellation).ConfigureAwait(false));
            var found = read;
            if (found is null)
            {
                result.State = ImagenStates.InProgress;
                return null;
            }

            found = Capped(found, result, entry);
            found.CopyTo(result);
            result.CompletedAt ??= Milliseconds(options.Time.GetUtcNow());
            await AddCostAsync(request, entry, found.BillableUnits, found.Images.Count, result).ConfigureAwait(false);
            await RecordAsync(RequestState.Completed, entry with { Seed = found.Seed, Delivery = CostOf(result) }).ConfigureAwait(false);
            return await DeliverAsync(request, found.Images, before, isFresh, result, entry, names, cancellation).ConfigureAwait(false);
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

                var ended = entry with
                {
                    Delivery = CostOf(result),
                    Error = error.Message,
                    ErrorType = error.HostErrorType ?? error.Kind,
                    Refusal = LedgerErrors.RefusalBy(error),
                };
                await RecordAsync(written, ended).ConfigureAwait(false);
            }

            return error;
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

    // More than were asked for are not refused: they may have been paid for. Thousands are not images of a request.
    private HostResult Capped(HostResult found, ImagenResult result, LedgerEntry entry)
    {
        var most = Math.Max(LeastImages, 4 * (entry.Input.NumImages ?? 1));
        if (found.Images.Count <= most)
        {
            return found;
        }

        options.Warn?.Invoke(Messages.ImagesListed.With(result.Index, found.Images.Count, most));
        return found with { Images = [.. found.Images.Take((int)most)] };
    }

    // That the host generates is written once, for whoever looks at the ledger meanwhile. Nothing depends on it.
    private StatusWatch Watch(ImagenResult result, LedgerEntry entry) => result.State == ImagenStates.InProgress
        ? StatusWatch.Nothing
        : StatusWatch.ForStart(async () =>
        {
            try
            {
                await ledger.RecordAsync(RequestState.Started, entry, CancellationToken.None).ConfigureAwait(false);
            }
            catch (LedgerUnavailableException)
            {
                // The next step says so.
            }
        });

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

    private async Task<ImagenException?> DeliverAsync(
        RequestReference request,
        IReadOnlyList<HostImage> images,
        IReadOnlyList<ImagenImage> before,
        bool isFresh,
        ImagenResult result,
        LedgerEntry entry,
        FileNameTemplate template,
        CancellationToken cancellation)
    {
        if (result.Images.Count == 0)
        {
            result.State = ImagenStates.Failed;
            return new RequestFailedException(Messages.NoImagesOfRow) { RequestId = request.RequestId };
        }

        if (options.Output is not { } folder)
        {
            return null;
        }

        var saved = await OwnAsync(before, entry, cancellation).ConfigureAwait(false);
        var missing = images.Where(image => !saved.ContainsKey(image.Image.Index)).ToList();
        var access = new MediaAccess { IsFresh = isFresh, Sign = FileSigning.Of(request.Host) };
        using var defaults = new DefaultNames(
            folder, ledger, entry, Values(result), [.. result.Images.Select(image => image.Index)])
        {
            Before = before.Where(image => image.Path is not null && folder.Within(image.Path) is not null)
                .ToDictionary(image => image.Index, image => Path.ChangeExtension(folder.Within(image.Path!)!, null)),
            Unrecorded = lost => NoteUnrecorded(entry, lost),
        };
        var media = new MediaSource(options.Time, request.Host.BaseUri) { MaxBytes = options.MaxBytes };
        var error = await new ImageSaver(folder, template.IsDefault ? defaults : new TemplateNames(template, Values(result)), Noting(entry))
            .SaveAsync(media, missing, request.RequestId, access, cancellation)
            .ConfigureAwait(false);
        result.Images = [.. result.Images.Select(image => saved.GetValueOrDefault(image.Index, image))];
        if (error is null)
        {
            error = await AddSidecarsAsync(result, cancellation).ConfigureAwait(false);
        }

        result.Path = result.Images.Select(image => image.Path).FirstOrDefault(path => path is not null);
        if (error is null)
        {
            result.State = ImagenStates.Delivered;
            var delivered = entry with { Delivery = LedgerResult.Of(result) };
            await RecordAsync(RequestState.Delivered, delivered).ConfigureAwait(false);
        }

        return error;
    }

    private Func<string, ValueTask> Noting(LedgerEntry entry) => async sha256 =>
    {
        try
        {
            await ledger.NoteSavedAsync(entry, sha256).ConfigureAwait(false);
        }
        catch (LedgerUnavailableException error)
        {
            // What was paid for is saved, whether the ledger can be told or not.
            NoteUnrecorded(entry, error);
        }
    };

    // Those whose files are there and are still the request's, by their number.
    private async Task<Dictionary<int, ImagenImage>> OwnAsync(
        IReadOnlyList<ImagenImage> images, LedgerEntry entry, CancellationToken cancellation)
    {
        var own = new Dictionary<int, ImagenImage>();
        foreach (var image in images)
        {
            try
            {
                if (await ledger.IsOwnFileAsync(entry, image, cancellation).ConfigureAwait(false))
                {
                    own[image.Index] = image;
                }
            }
            catch (LedgerUnavailableException error)
            {
                // Whose it is cannot be told: it is fetched again.
                NoteUnrecorded(entry, error);
            }
        }

        return own;
    }

    /// <summary>Writes what is to be beside the saved images of a result, where it is wanted and is not there.</summary>
    /// <returns>The first thing that went wrong, or null.</returns>
    public async Task<ImagenException?> AddSidecarsAsync(ImagenResult result, CancellationToken cancellation)
    {
        if (!options.Sidecar || options.Output is not { } folder)
        {
            return null;
        }

        try
        {
            foreach (var image in result.Images.Where(image => SavedFile.Exists(image.Path)))
            {
                await Sidecar.WriteAsync(folder, result, image, cancellation).ConfigureAwait(false);
            }

            return null;
        }
        catch (ImagenException error)
        {
            return error;
        }
    }

    // As the ledger keeps other times, and as exactly as they are written into files.
    private static DateTime Milliseconds(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds()).UtcDateTime;

    private FileNameValues Values(ImagenResult result)
    {
        var submitted = result.SubmittedAt is { } time ? new DateTimeOffset(time, TimeSpan.Zero) : options.Time.GetUtcNow();
        return new()
        {
            Index = result.Index,
            RequestId = result.RequestId,
            Key = result.Key,
            Provider = result.Provider,
            Model = result.Model,
            Prompt = result.Prompt,
            Seed = result.Seed,
            Date = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(submitted, options.Time.LocalTimeZone).DateTime),
        };
    }

    // What was paid for is fetched all the same, and its object handed on: a ledger that cannot be written costs neither.
    private async Task RecordAsync(RequestState step, LedgerEntry entry)
    {
        try
        {
            await ledger.RecordAsync(step, entry, CancellationToken.None).ConfigureAwait(false);
        }
        catch (LedgerUnavailableException error)
        {
            NoteUnrecorded(entry, error);
        }
    }

    private void NoteUnrecorded(LedgerEntry entry, LedgerUnavailableException error)
    {
        breaker?.Trip(error);
        counts.AddUnrecorded(entry, error);
    }

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
