using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Providers;

namespace Imagen4.Core.Protocols.Fal.Storage;

/// <summary>fal's storage.</summary>
internal sealed class FalStorage : IFileStorage
{
    /// <inheritdoc/>
    public bool IsOffered(HostConnection host) => host.Profile.StorageUri is not null;

    /// <inheritdoc/>
    public Task<StoredFile> StoreAsync(
        HostConnection host, FileContent file, IProgress<long>? progress, CancellationToken cancellation) =>
        throw new NotSupportedException("Uploading comes next.");
}
