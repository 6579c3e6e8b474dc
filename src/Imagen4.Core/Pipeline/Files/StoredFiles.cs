using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Providers;

namespace Imagen4.Core.Pipeline.Files;

/// <summary>The files that the storage of hosts has, as the ledger knows them: by what is in them, for each host and key.</summary>
/// <param name="ledger">The ledger that is in use.</param>
/// <param name="storage">The storage of hosts.</param>
internal sealed class StoredFiles(Func<RequestLedger> ledger, IFileStorage storage)
{
    // fal keeps what is uploaded for at least 7 days where nothing else is asked for (its FAQ); the address has to outlive the queue.
    private static readonly TimeSpan Validity = TimeSpan.FromDays(6);
    private static readonly TimeSpan LeastValidity = TimeSpan.FromHours(1);

    /// <summary>What a file is known by.</summary>
    /// <param name="host">The host.</param>
    /// <param name="sha256">The SHA-256 of its bytes, as hexadecimal digits.</param>
    /// <param name="contentType">Its media type; null for any.</param>
    public static UploadPlace Place(HostConnection host, string sha256, string? contentType) =>
        new(ProviderAddress.Normal(host.Profile.StorageUri ?? host.BaseUri), host.Account, sha256, contentType);

    /// <summary>Whether an address is valid for long enough that a request can be made with it.</summary>
    public static bool IsValid(StoredUpload upload, TimeProvider time) =>
        upload.ValidUntil > (time.GetUtcNow() + LeastValidity).ToUnixTimeMilliseconds();

    /// <summary>A file that went up before and whose address is valid; null for none.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<StoredUpload?> FindAsync(HostConnection host, UploadPlace place, CancellationToken cancellation) =>
        await ledger().FindUploadAsync(place, cancellation).ConfigureAwait(false) is { } known && IsValid(known, host.Time)
            ? known
            : null;

    /// <summary>The last address that is known of a content, whether it is valid or not; null for none.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<StoredUpload?> FindEvenEndedAsync(HostConnection host, string sha256, CancellationToken cancellation) =>
        ledger().FindUploadAsync(Place(host, sha256, contentType: null), cancellation);

    /// <summary>
    /// Takes note that a host could not read the files of an input: they go up again the next time. Where the ledger cannot be told, they
    /// do when their time has passed.
    /// </summary>
    public async Task ForgetAsync(HostConnection host, ImageInput input)
    {
        try
        {
            foreach (var file in FileReference.In(input))
            {
                if (await FindEvenEndedAsync(host, file.Sha256, CancellationToken.None).ConfigureAwait(false) is { } known)
                {
                    await ledger().ForgetUploadAsync(known).ConfigureAwait(false);
                }
            }
        }
        catch (LedgerUnavailableException)
        {
        }
    }

    /// <summary>Uploads a file, and keeps its address where it has its default type and lifetime.</summary>
    /// <param name="host">A host with storage.</param>
    /// <param name="file">The file.</param>
    /// <param name="content">What goes up of it.</param>
    /// <param name="progress">Told how many bytes have gone up so far, on any thread.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidInputException">The file has changed meanwhile.</exception>
    /// <exception cref="ImagenException">The host does not take it.</exception>
    public async Task<(StoredFile File, StoredUpload Upload)> StoreAsync(
        HostConnection host, LocalFile file, FileContent content, IProgress<long>? progress, CancellationToken cancellation)
    {
        var stored = await storage.StoreAsync(host, content, progress, cancellation).ConfigureAwait(false);

        // What went up last may have been read after the last look.
        file.RequireUnchanged();
        var until = stored.Expires ?? host.Time.GetUtcNow() + Validity;
        var upload = new StoredUpload(Place(host, file.Sha256, content.ContentType), stored.Address.AbsoluteUri, until.ToUnixTimeMilliseconds());
        try
        {
            if (content.Lifetime is not null || content.ContentType != file.ContentType)
            {
                return (stored, upload);
            }

            await ledger().KeepUploadAsync(upload).ConfigureAwait(false);
        }
        catch (LedgerUnavailableException)
        {
            // The file is where it is. Who asks for it the next time sends it again.
        }

        return (stored, upload);
    }
}
