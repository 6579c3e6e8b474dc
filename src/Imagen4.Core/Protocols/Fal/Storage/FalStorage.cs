using System.Text.Json;
using Imagen4.Core.Http;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Fal.Storage;

/// <summary>
/// fal's storage, as its official client uses it: the host names an address to put the bytes to and the one they will have.
/// Large files go up in parts.
/// </summary>
internal sealed class FalStorage : IFileStorage
{
    private const string Initiate = "storage/upload/initiate?storage_type=fal-cdn-v3";
    private const string InitiateMultipart = "storage/upload/initiate-multipart?storage_type=fal-cdn-v3";

    // What the official client sends in one piece.
    private const long LargestWhole = 90L * 1024 * 1024;

    /// <inheritdoc/>
    public bool IsOffered(HostConnection host) => host.Profile.StorageUri is not null;

    /// <inheritdoc/>
    public async Task<StoredFile> StoreAsync(
        HostConnection host, FileContent file, IProgress<long>? progress, CancellationToken cancellation)
    {
        if (!IsOffered(host))
        {
            throw new InvalidInputException(Messages.ProviderHasNoStorage.With(host.Profile.Name));
        }

        var inParts = file.Length > LargestWhole;
        var place = await AskForPlaceAsync(host, file, inParts ? InitiateMultipart : Initiate, cancellation).ConfigureAwait(false);
        var upload = new FalUpload(host, file, place.Upload, progress);
        await (inParts ? upload.SendPartsAsync(cancellation) : upload.SendWholeAsync(cancellation)).ConfigureAwait(false);
        return new StoredFile(
            place.File, file.Lifetime?.Seconds is { } seconds ? host.Time.GetUtcNow().AddSeconds(seconds) : null);
    }

    private static async Task<(Uri Upload, Uri File)> AskForPlaceAsync(
        HostConnection host, FileContent file, string path, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new UploadQuestion { ContentType = file.ContentType, FileName = file.Name }, StorageJson.Default.UploadQuestion);
        var headers = FalHeaders.OfUpload(file.Lifetime).ToList();
        var response = await host.AskStorageAsync(path, body, headers, cancellation).ConfigureAwait(false);
        if (!response.IsSuccess)
        {
            throw FalErrors.OfStorage(host, response);
        }

        var place = response.Read(StorageJson.Default.UploadPlace);
        return (Address(host, response, "upload_url", place?.UploadUrl), Address(host, response, "file_url", place?.FileUrl));
    }

    // The bytes of a file go there, or a model is told to read there: a host of the public network has no business on a private one.
    private static Uri Address(HostConnection host, HostResponse response, string name, string? said)
    {
        if (!Uri.TryCreate(said, UriKind.Absolute, out var address) || !PlainText.IsWhole(said))
        {
            throw new UploadFailedException(
                Messages.StorageSaysNothing.With(host.Profile.Name, (int)response.Status, name)) { StatusCode = (int)response.Status };
        }

        return ServedAddress.IsAllowedFrom(address, host.Profile.StorageUri!)
            ? address
            : throw new UploadFailedException(
                Messages.StorageAddressRefused.With(host.Profile.Name, address.Scheme, PlainText.Brief(address.Host)));
    }
}
