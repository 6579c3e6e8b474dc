using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Media;

/// <summary>Saves the images of a result: fetched, checked, and only then given their final names.</summary>
/// <param name="folder">Where they go.</param>
/// <param name="names">What they are called.</param>
/// <param name="saving">Is told the SHA-256 of each before its file appears.</param>
internal sealed class ImageSaver(OutputFolder folder, IFileNames names, Func<string, ValueTask>? saving = null)
{
    // As many as models make at once; a host may list any number.
    private const int MostAtOnce = 4;

    /// <summary>Saves every image that can be saved.</summary>
    /// <param name="source">Where media comes from.</param>
    /// <param name="images">The images; each that is saved gets its path and what its bytes say.</param>
    /// <param name="owner">What they belong to: the request, so that whoever continues or forgets it finds what a killed process leaves.</param>
    /// <param name="access">What is known of how the host lets them be read.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The first error, when an image could not be saved; the others are saved all the same.</returns>
    public async Task<ImagenException?> SaveAsync(
        MediaSource source,
        IReadOnlyList<HostImage> images,
        string owner,
        MediaAccess access,
        CancellationToken cancellation)
    {
        using var slots = new SemaphoreSlim(MostAtOnce);
        var errors = await Task.WhenAll(images.Select(async image =>
        {
            await slots.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                return await TrySaveAsync(source, image, owner, access, cancellation).ConfigureAwait(false);
            }
            finally
            {
                _ = slots.Release();
            }
        })).ConfigureAwait(false);
        return errors.FirstOrDefault(error => error is not null);
    }

    private async Task<ImagenException?> TrySaveAsync(
        MediaSource source, HostImage image, string owner, MediaAccess access, CancellationToken cancellation)
    {
        try
        {
            await SaveAsync(source, image, owner, access, cancellation).ConfigureAwait(false);
            return null;
        }
        catch (ImagenException error)
        {
            return error;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new DownloadFailedException(Messages.CannotWrite.With(folder.FullPath, error.Message), error);
        }
    }

    private async Task SaveAsync(
        MediaSource source, HostImage image, string owner, MediaAccess access, CancellationToken cancellation)
    {
        folder.Prepare();
        var file = folder.CreateDraft(owner);
        var draft = file.Name;
        var isRenamed = false;
        try
        {
            await using (file.ConfigureAwait(false))
            {
                var header = await source.CopyAsync(image.Bytes, file, access, cancellation).ConfigureAwait(false);
                await file.FlushAsync(cancellation).ConfigureAwait(false);
                header ??= ImageHeader.Read(file);
                if (header.End is { } end)
                {
                    file.SetLength(end);
                }

                file.Position = 0;
                image.Image.Sha256 = await FileHash.Sha256Async(file, cancellation).ConfigureAwait(false);
                image.Image.FileSize = file.Length;

                // The name promises that the bytes are there, after a power failure too.
                file.Flush(flushToDisk: true);

                // It is renamed while it is open: until it has its name, its lock keeps it from being taken for a killed process's.
                var sha256 = image.Image.Sha256;
                if (saving is not null)
                {
                    await saving(sha256).ConfigureAwait(false);
                }

                (var final, isRenamed) = await PublishAsync(draft, image.Image.Index, header.Type, sha256, cancellation)
                    .ConfigureAwait(false);
                image.Image.SavedAt = isRenamed ? File.GetLastWriteTimeUtc(file.SafeFileHandle) : File.GetLastWriteTimeUtc(final);
                (image.Image.Path, image.Image.ContentType) = (final, header.Type.Name);
                (image.Image.Width, image.Image.Height) = (header.Width, header.Height);
            }
        }
        finally
        {
            if (!isRenamed)
            {
                await BusyFile.DeleteAsync(draft).ConfigureAwait(false);
            }
        }
    }

    private async Task<(string Final, bool IsRenamed)> PublishAsync(
        string draft, int image, MediaType type, string sha256, CancellationToken cancellation)
    {
        var name = await names.FirstAsync(image, type, cancellation).ConfigureAwait(false);
        while (true)
        {
            var final = folder.At(name);
            try
            {
                return (final, await folder.PublishAsync(draft, final, sha256, cancellation).ConfigureAwait(false));
            }
            catch (FileExistsException)
            {
                if (await names.NextAsync(image, type, name, cancellation).ConfigureAwait(false) is not { } next)
                {
                    throw;
                }

                name = next;
            }
        }
    }
}
