using Imagen4.Core.Input;
using Imagen4.Core.Providers;

namespace Imagen4.Core.Protocols.Contract;

/// <summary>A host's storage: a file goes up and gets an address that models can read. It costs nothing, so it is retried freely.</summary>
internal interface IFileStorage
{
    /// <summary>Whether a host has storage.</summary>
    bool IsOffered(HostConnection host);

    /// <summary>Uploads a file.</summary>
    /// <param name="host">A host with storage.</param>
    /// <param name="file">The file.</param>
    /// <param name="progress">Told how many bytes have gone up so far, on any thread; a part that is sent again takes them back.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidInputException">The host has no storage, or the file is not what it was.</exception>
    /// <exception cref="ImagenException">The host does not take it.</exception>
    Task<StoredFile> StoreAsync(HostConnection host, FileContent file, IProgress<long>? progress, CancellationToken cancellation);
}

/// <summary>The bytes of a file, and what is said of them.</summary>
/// <param name="Name">The file's name, without a directory.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Length">How many bytes it has.</param>
/// <param name="Open">
/// Gives the bytes from an offset on. It may be called again for a retry, and several times at once. It throws
/// <see cref="InvalidInputException"/> where the file is gone or has changed.
/// </param>
internal sealed record FileContent(string Name, string ContentType, long Length, Func<long, Stream> Open)
{
    /// <summary>How long the host is to keep it; null for as long as it does by default.</summary>
    public ObjectLifetime? Lifetime { get; init; }
}

/// <summary>A file that a host has.</summary>
/// <param name="Address">Where models read it. It is public.</param>
/// <param name="Expires">Until when the host keeps it, where that was asked for; null where it is not known, or forever.</param>
internal sealed record StoredFile(Uri Address, DateTimeOffset? Expires);
