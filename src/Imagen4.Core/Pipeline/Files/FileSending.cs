using Imagen4.Core.Input;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Files;

/// <summary>Uploads local files to the storage of hosts.</summary>
public sealed class FileSending
{
    private readonly ProviderCatalog _providers;
    private readonly StoredFiles _stored;
    private readonly BatchOptions _options;
    private readonly HostConnections _hosts;

    internal FileSending(ClientServices services, BatchOptions options)
    {
        (_providers, _stored, _options) = (services.Providers, new StoredFiles(() => services.Ledger, services.Protocols.Storage), options);
        _hosts = new HostConnections(services.Providers, options);
    }

    /// <summary>Finds a provider that files can be uploaded to. No key is needed yet.</summary>
    /// <param name="provider">Its name, or null for the one of the batch.</param>
    /// <exception cref="InvalidInputException">There is no such provider, or it has no storage.</exception>
    /// <exception cref="EmulatorUnavailableException">It is the emulator, and it is not running.</exception>
    public ProviderProfile FindProvider(string? provider)
    {
        var profile = _providers.Find(provider ?? _options.Provider);
        return profile.BaseUri is null
            ? throw new EmulatorUnavailableException(Messages.ProviderNotRunning.With(profile.Name))
            : profile.StorageUri is not null
                ? profile
                : throw new InvalidInputException(Messages.ProviderHasNoStorage.With(profile.Name));
    }

    /// <summary>Connects to a provider.</summary>
    /// <param name="profile">A provider from <see cref="FindProvider"/>.</param>
    /// <exception cref="ImagenException">There is no key for it, or the key must not go to its address.</exception>
    public HostConnection Connect(ProviderProfile profile) => _hosts.For(profile.Name);

    /// <summary>Checks how long a host is to keep a file.</summary>
    /// <exception cref="InvalidInputException">It is not a lifetime.</exception>
    public static ObjectLifetime Lifetime(string text) => ObjectLifetime.TryParse(text.Trim())
        ?? throw new InvalidInputException(
            Messages.CellIsNotLifetime.With("ObjectLifetime", PlainText.Brief(text), ObjectLifetime.Allowed));

    /// <summary>Checks a content type.</summary>
    /// <exception cref="InvalidInputException">It is none.</exception>
    public static string ContentType(string text) => ContentTypes.Checked(text);

    /// <summary>Looks whether there is a file to upload, without opening it.</summary>
    /// <param name="path">Its full path.</param>
    /// <returns>How many bytes it has.</returns>
    /// <exception cref="InvalidInputException">It is not there, is a directory, or is empty.</exception>
    public static long LengthOf(string path) => LocalFile.LengthOf(path);

    /// <summary>Uploads a file.</summary>
    /// <param name="host">Where to.</param>
    /// <param name="order">What to upload.</param>
    /// <param name="progress">Told how many bytes have gone up so far, on any thread.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<RowOutcome<ImagenFile>> SendAsync(
        HostConnection host, FileOrder order, IProgress<long>? progress, CancellationToken cancellation)
    {
        try
        {
            using var file = await LocalFile.OpenAsync(order.Path, cancellation).ConfigureAwait(false);
            var sent = await TimeLimit
                .RunAsync(_options.TimeLimit, host, token => StoreAsync(host, file, order, progress, token), cancellation)
                .ConfigureAwait(false);
            return new RowOutcome<ImagenFile>(sent, null);
        }
        catch (ImagenException error)
        {
            return new RowOutcome<ImagenFile>(null, error.ForFile(Path.GetFileName(order.Path)));
        }
    }

    // An upload costs nothing: a ledger that cannot be read is not a reason to do without.
    private async Task<StoredUpload?> KnownAsync(HostConnection host, LocalFile file, CancellationToken cancellation)
    {
        try
        {
            return await _stored.FindAsync(host, StoredFiles.Place(host, file.Sha256, file.ContentType), cancellation).ConfigureAwait(false);
        }
        catch (LedgerUnavailableException error)
        {
            _options.Trace?.Invoke(error.Message);
            return null;
        }
    }

    private async Task<ImagenFile> StoreAsync(
        HostConnection host, LocalFile file, FileOrder order, IProgress<long>? progress, CancellationToken cancellation)
    {
        var content = new FileContent(file.Name, order.ContentType ?? file.ContentType, file.Length, file.OpenAt) { Lifetime = order.Lifetime };
        var known = order.IsNew ? null : await KnownAsync(host, file, cancellation).ConfigureAwait(false);
        var stored = known is null
            ? (await _stored.StoreAsync(host, file, content, progress, cancellation).ConfigureAwait(false)).File
            : new StoredFile(new Uri(known.Address), Expires: null);
        if (known is not null)
        {
            progress?.Report(file.Length);
            _options.Trace?.Invoke(Messages.FileKnown.With(PlainText.Line(file.Name), host.Profile.Name, known.Address));
        }

        return new ImagenFile
        {
            Uri = stored.Address.AbsoluteUri,
            Path = file.Path,
            FileName = file.Name,
            Size = file.Length,
            ContentType = content.ContentType,
            Sha256 = file.Sha256,
            Provider = host.Profile.Name,
            ExpiresAt = stored.Expires?.UtcDateTime,
        };
    }
}

/// <summary>A file to be uploaded.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="ContentType">Its media type; null to tell it from the file.</param>
/// <param name="Lifetime">How long the host is to keep it; null for as long as it does by default.</param>
public sealed record FileOrder(string Path, string? ContentType = null, ObjectLifetime? Lifetime = null)
{
    /// <summary>Whether it goes up even where the host has it already.</summary>
    public bool IsForced { get; init; }

    /// <summary>Whether it goes up: a type or a lifetime of its own is another file to the host.</summary>
    internal bool IsNew => IsForced || ContentType is not null || Lifetime is not null;
}
