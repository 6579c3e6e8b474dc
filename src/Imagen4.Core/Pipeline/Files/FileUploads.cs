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
    /// <summary>
    /// The longest files that go inside a request, in bytes, all together: a request is kept in memory, and hosts bound its length.
    /// </summary>
    public const long LongestInside = 2 * 1024 * 1024;

    private readonly StoredFiles _stored = new(() => services.Ledger, services.Protocols.Storage);
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
            addresses[file.Sha256] = await AddressAsync(host, file, cancellation).ConfigureAwait(false);
        }

        return FileReference.Replace(input, file => addresses[file.Sha256]);
    }

    // A row may have several files, so that its error says which one it is about.
    private async Task<string> AddressAsync(HostConnection host, FileReference file, CancellationToken cancellation)
    {
        try
        {
            return services.Protocols.Storage.IsOffered(host)
                ? (await UploadAsync(host, file, cancellation).ConfigureAwait(false)).Address
                : await DataUriAsync(file, cancellation).ConfigureAwait(false);
        }
        catch (ImagenException error) when (error is not LedgerUnavailableException && files.Find(file) is { } known)
        {
            throw error.ForFile(Path.GetFileName(known.Path));
        }
    }

    /// <summary>
    /// Makes sure that the files of an input can be sent to a host, as far as that can be known before.
    /// </summary>
    /// <param name="host">Where it is to be sent.</param>
    /// <param name="input">The input.</param>
    /// <param name="model">What its model takes; null where that is not known.</param>
    /// <exception cref="InvalidInputException">The host has no storage, and the files cannot go inside the request.</exception>
    public void Require(HostConnection host, ImageInput input, ModelDefinition? model)
    {
        if (services.Protocols.Storage.IsOffered(host) || FileReference.In(input) is not { Count: > 0 } found)
        {
            return;
        }

        foreach (var name in FileReference.MembersOf(input))
        {
            if (model?.Inputs.FirstOrDefault(known => known.Name == name) is not { DataUris: true })
            {
                throw new InvalidInputException(Messages.FilesNotTaken.With(host.Profile.Name, name));
            }
        }

        var length = found.DistinctBy(file => file.Sha256).Sum(file => Known(file).Length);
        if (length > LongestInside)
        {
            throw new InvalidInputException(Messages.FilesTooLongInside.With(length, host.Profile.Name, LongestInside));
        }
    }

    /// <summary>Takes note that a host could not read the files of an input: they go up again the next time.</summary>
    public Task ForgetAsync(HostConnection host, ImageInput input)
    {
        foreach (var place in _uploads.Keys.Where(place => FileReference.In(input).Any(file => file.Sha256 == place.Sha256)))
        {
            _ = _uploads.TryRemove(place, out _);
        }

        return _stored.ForgetAsync(host, input);
    }

    // Rows side by side that use the same file wait for one upload.
    private async Task<StoredUpload> UploadAsync(HostConnection host, FileReference file, CancellationToken cancellation)
    {
        var known = files.Find(file);
        var place = StoredFiles.Place(host, file.Sha256, known?.ContentType);
        while (true)
        {
            var own = new Lazy<Task<StoredUpload>>(() => FindOrStoreAsync(host, file, place, cancellation));
            var upload = _uploads.GetOrAdd(place, own);
            try
            {
                var stored = await upload.Value.ConfigureAwait(false);
                if (upload == own || StoredFiles.IsValid(stored, host.Time))
                {
                    return stored;
                }

                _ = _uploads.TryRemove(new(place, upload));
            }
            catch (InvalidInputException) when (upload != own)
            {
                // Another row's file of the same content, which has been changed or is gone: this row has one of its own.
                _ = _uploads.TryRemove(new(place, upload));
            }
            catch
            {
                _ = _uploads.TryRemove(new(place, upload));
                throw;
            }
        }
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

    private async Task<string> DataUriAsync(FileReference file, CancellationToken cancellation)
    {
        var known = Known(file);
        using var open = await known.OpenAsync(cancellation).ConfigureAwait(false);
        var bytes = new byte[known.Length];
        var stream = open.OpenAt(0);
        await using var disposing = stream.ConfigureAwait(false);
        await stream.ReadExactlyAsync(bytes, cancellation).ConfigureAwait(false);
        open.RequireUnchanged();
        return $"data:{open.ContentType};base64,{Convert.ToBase64String(bytes)}";
    }

    // A record that comes from a known request names its files by their content; only what was read in this run can go up.
    private KnownFile Known(FileReference file) => files.Find(file) ?? throw new InvalidInputException(
        file.Path is { } path ? Messages.FileMissing.With(PlainText.Line(path)) : Messages.FileNotGiven.With(file.Sha256));
}
