using System.Collections.Concurrent;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Files;

/// <summary>
/// Puts files of this machine where models can read them. The same bytes go up once for each host and account, as long as their address
/// is valid, whichever rows, batches or processes use them.
/// </summary>
/// <param name="services">What every run is given.</param>
/// <param name="files">The files that have been read.</param>
internal sealed class FileUploads(ClientServices services, LocalFiles files)
{
    /// <summary>The longest file that goes inside a request, in bytes: the request is kept in memory, and hosts bound its length.</summary>
    public const long LongestInside = 4 * 1024 * 1024;

    private readonly StoredFiles _stored = new(services);
    private readonly ConcurrentDictionary<UploadPlace, Lazy<Task<StoredUpload>>> _uploads = new();

    /// <summary>The input as it is sent: an address, or the file itself, in the place of each file.</summary>
    /// <param name="host">Where it is sent.</param>
    /// <param name="input">The input.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidInputException">A file is gone, has changed, or cannot be sent to that host.</exception>
    /// <exception cref="ImagenException">The host does not take a file, or the ledger cannot be used.</exception>
    public async Task<ImageInput> ResolveAsync(HostConnection host, ImageInput input, CancellationToken cancellation)
    {
        var found = FileReference.In(input);
        if (found.Count == 0)
        {
            return input;
        }

        var addresses = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in found.DistinctBy(file => file.Sha256))
        {
            addresses[file.Sha256] = services.Protocols.Storage.IsOffered(host)
                ? (await UploadAsync(host, file, cancellation).ConfigureAwait(false)).Address
                : await DataUriAsync(host, file, cancellation).ConfigureAwait(false);
        }

        return FileReference.Replace(input, file => addresses[file.Sha256]);
    }

    /// <summary>
    /// Takes note that a host could not read the files of an input: they go up again the next time. Where the ledger cannot be told, they
    /// do when their time has passed.
    /// </summary>
    public async Task ForgetAsync(HostConnection host, ImageInput input)
    {
        foreach (var file in FileReference.In(input))
        {
            var place = StoredFiles.Place(host, file.Sha256);
            if (_uploads.TryRemove(place, out var upload) && upload.Value is { IsCompletedSuccessfully: true } stored)
            {
                try
                {
                    await services.Ledger.ForgetUploadAsync(await stored.ConfigureAwait(false)).ConfigureAwait(false);
                }
                catch (LedgerUnavailableException)
                {
                    return;
                }
            }
        }
    }

    // Rows side by side that use the same file wait for one upload.
    private async Task<StoredUpload> UploadAsync(HostConnection host, FileReference file, CancellationToken cancellation)
    {
        var place = StoredFiles.Place(host, file.Sha256);
        var upload = _uploads.GetOrAdd(place, _ => new(() => FindOrStoreAsync(host, file, place, cancellation)));
        try
        {
            var stored = await upload.Value.ConfigureAwait(false);
            if (StoredFiles.IsValid(stored, host.Time))
            {
                return stored;
            }
        }
        catch
        {
            _ = _uploads.TryRemove(new(place, upload));
            throw;
        }

        _ = _uploads.TryRemove(new(place, upload));
        return await UploadAsync(host, file, cancellation).ConfigureAwait(false);
    }

    private async Task<StoredUpload> FindOrStoreAsync(
        HostConnection host, FileReference file, UploadPlace place, CancellationToken cancellation)
    {
        if (await _stored.FindAsync(host, place, cancellation).ConfigureAwait(false) is { } known)
        {
            return known;
        }

        using var open = await Known(file).OpenAsync(cancellation).ConfigureAwait(false);
        return (await _stored.StoreAsync(host, open, open.Content, progress: null, cancellation).ConfigureAwait(false)).Upload;
    }

    private async Task<string> DataUriAsync(HostConnection host, FileReference file, CancellationToken cancellation)
    {
        var known = Known(file);
        if (known.Length > LongestInside)
        {
            throw new InvalidInputException(Messages.FileTooLongInside.With(
                known.Path, known.Length, host.Profile.Name, LongestInside));
        }

        using var open = await known.OpenAsync(cancellation).ConfigureAwait(false);
        var bytes = new byte[known.Length];
        var stream = open.OpenAt(0);
        await using var disposing = stream.ConfigureAwait(false);
        await stream.ReadExactlyAsync(bytes, cancellation).ConfigureAwait(false);
        open.RequireUnchanged();
        return $"data:{open.ContentType};base64,{Convert.ToBase64String(bytes)}";
    }

    // A record that comes from a known request names its files by their content; only what was read in this run can go up.
    private KnownFile Known(FileReference file) =>
        files.Find(file.Sha256) ?? throw new InvalidInputException(Messages.FileNotGiven.With(file.Sha256));
}
