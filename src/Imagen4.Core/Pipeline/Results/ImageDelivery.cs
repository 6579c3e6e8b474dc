using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Results;

/// <summary>Brings the images of results into the output directory, and tells the ledger that they are there.</summary>
/// <param name="options">Options for every row.</param>
/// <param name="ledger">Where it is told.</param>
internal sealed class ImageDelivery(BatchOptions options, ResultLedger ledger)
{
    /// <summary>
    /// Looks for images in a directory that they were saved in before another one, under the names that they would get there: the host
    /// need not be asked. The ledger is told where they are.
    /// </summary>
    /// <returns>Whether all of them are there.</returns>
    public async Task<bool> FindAsync(
        OutputFolder folder, ImagenResult result, LedgerEntry entry, FileNameTemplate names, CancellationToken cancellation)
    {
        var kept = names.IsDefault ? await ledger.FileNamesAsync(entry, folder.RealPath).ConfigureAwait(false) : null;
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
        if (found.Count == 0)
        {
            return false;
        }

        await ledger.RecordAsync(RequestState.Delivered, entry with { Delivery = LedgerResult.Of(result) }).ConfigureAwait(false);
        return true;
    }

    /// <summary>An error with the command that generates a row again, and no other one.</summary>
    /// <param name="request">The request of the row.</param>
    /// <param name="error">The error.</param>
    public async Task<ImagenException> AdviseAgainAsync(RequestReference request, ImagenException error)
    {
        error = await ledger.WithHostsAsync(error, request.RequestId).ConfigureAwait(false);
        return error.Advising(Messages.CommandGenerateAgain.With(
            CommandText.Request(request.RequestId, error.HasSharedId ? request.Host.Profile.Name : null),
            options.Output is { } output ? $"-OutputDirectory {CommandText.Quoted(output.FullPath)}" : "-Wait"));
    }

    /// <summary>Saves those images of a result that are not saved yet.</summary>
    /// <param name="request">The request.</param>
    /// <param name="images">Its images, as the host lists them.</param>
    /// <param name="before">Those of an earlier run, with their files.</param>
    /// <param name="isFresh">Whether it was seen to end in this run.</param>
    /// <param name="result">The object it is for.</param>
    /// <param name="entry">The ledger's entry of it.</param>
    /// <param name="template">How its files are named.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The first thing that went wrong, or null.</returns>
    public async Task<ImagenException?> SaveAsync(
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
            return await AdviseAgainAsync(request, new RequestFailedException(Messages.NoImagesOfRow) { RequestId = request.RequestId })
                .ConfigureAwait(false);
        }

        if (options.Output is not { } folder)
        {
            return null;
        }

        var saved = await OwnAsync(before, entry, cancellation).ConfigureAwait(false);
        var missing = images.Where(image => !saved.ContainsKey(image.Image.Index)).ToList();
        var access = new MediaAccess { IsFresh = isFresh, Sign = FileSigning.Of(request.Host) };
        var values = Values(result);
        using var defaults = new DefaultNames(
            folder, ledger.Inner, entry, ledger.Inner.KeepsPrompts ? values : values with { Prompt = null }, [.. result.Images.Select(image => image.Index)])
        {
            Before = before.Where(image => image.Path is not null && folder.Within(image.Path) is not null)
                .ToDictionary(image => image.Index, image => Path.ChangeExtension(folder.Within(image.Path!)!, null)),
            Unrecorded = lost => ledger.NoteUnrecorded(entry, lost),
        };
        var media = new MediaSource(options.Time, request.Host.BaseUri) { MaxBytes = options.MaxBytes };
        IFileNames names = template.IsDefault ? defaults : new TemplateNames(template, values);
        var error = await new ImageSaver(folder, names, sha256 => ledger.NoteSavedAsync(entry, sha256))
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
            await ledger.RecordAsync(RequestState.Delivered, delivered).ConfigureAwait(false);
        }

        return error;
    }

    /// <summary>Those images whose files are there and are still the request's, by their number.</summary>
    public async Task<Dictionary<int, ImagenImage>> OwnAsync(
        IReadOnlyList<ImagenImage> images, LedgerEntry entry, CancellationToken cancellation)
    {
        var own = new Dictionary<int, ImagenImage>();
        foreach (var image in images)
        {
            if (await ledger.IsOwnFileAsync(entry, image, cancellation).ConfigureAwait(false))
            {
                own[image.Index] = image;
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
}
