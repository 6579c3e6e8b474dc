using Imagen4.Core.Ledger;
using Imagen4.Core.Media;

namespace Imagen4.Core.Pipeline.Results;

/// <summary>
/// Default names of the images of one request. The ledger keeps them before a file is there: whoever continues the request gives its
/// files the same names, and no request of another row in that directory ever has them.
/// </summary>
/// <param name="folder">Where the images go.</param>
/// <param name="ledger">Where names are kept.</param>
/// <param name="entry">The ledger's entry of the request.</param>
/// <param name="values">What names are made of.</param>
/// <param name="images">The numbers of all its images.</param>
internal sealed class DefaultNames(
    OutputFolder folder, ILedger ledger, LedgerEntry entry, FileNameValues values, IReadOnlyCollection<int> images) : IFileNames, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<int, string> _names = [];
    private bool _isRead;
    private bool _isKept;
    private int _attempt = 1;

    /// <summary>The names that images of the request had there before, and keep.</summary>
    public IReadOnlyDictionary<int, string> Before { get; init; } = new Dictionary<int, string>();

    /// <summary>Receives why the ledger could not be used.</summary>
    public required Action<LedgerUnavailableException> Unrecorded { get; init; }

    /// <inheritdoc/>
    public async ValueTask<string> FirstAsync(int image, MediaType type, CancellationToken cancellation) =>
        await FindAsync(image, taken: null, cancellation).ConfigureAwait(false) + type.Extension;

    /// <inheritdoc/>
    public async ValueTask<string?> NextAsync(int image, MediaType type, string taken, CancellationToken cancellation) =>
        await FindAsync(image, taken[..^type.Extension.Length], cancellation).ConfigureAwait(false) + type.Extension;

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async ValueTask<string> FindAsync(int image, string? taken, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (!_isRead)
            {
                await ReadAsync().ConfigureAwait(false);
                _isRead = true;
            }

            if (!_names.TryGetValue(image, out var name))
            {
                await NameAsync([.. images.Where(other => !_names.ContainsKey(other))], isReplacing: false, cancellation)
                    .ConfigureAwait(false);
            }
            else if (name == taken || await IsOthersAsync(name, cancellation).ConfigureAwait(false))
            {
                _attempt++;
                await NameAsync([image], isReplacing: true, cancellation).ConfigureAwait(false);
            }

            return _names[image];
        }
        finally
        {
            _ = _turn.Release();
        }
    }

    private async Task ReadAsync()
    {
        foreach (var (image, name) in Before)
        {
            _names[image] = name;
        }

        try
        {
            var kept = await ledger.FileNamesAsync(entry, folder.RealPath).ConfigureAwait(false);
            _isKept = kept is not null;

            // What the ledger says is not a path.
            foreach (var (image, name) in kept?.Where(name => Path.GetFileName(name.Value) == name.Value) ?? [])
            {
                _ = _names.TryAdd(image, name);
            }
        }
        catch (LedgerUnavailableException error)
        {
            Unrecorded(error);
        }
    }

    private async Task NameAsync(IReadOnlyList<int> unnamed, bool isReplacing, CancellationToken cancellation)
    {
        for (; ; _attempt++)
        {
            cancellation.ThrowIfCancellationRequested();
            var names = unnamed.ToDictionary(
                image => image, image => FileNameTemplate.Default(values, images.Count > 1 ? image : null, _attempt));

            if (await AreOthersAsync(names.Values, cancellation).ConfigureAwait(false))
            {
                continue;
            }

            // Of a request that is not known here, nobody can tell a file from its own but by its bytes.
            if (_isKept)
            {
                if (!folder.Overwrites && names.Values.Any(folder.Has))
                {
                    continue;
                }

                if (await KeepAsync(names, isReplacing).ConfigureAwait(false) is not { } kept)
                {
                    continue;
                }

                names = unnamed.ToDictionary(image => image, image => kept[image]);
            }

            foreach (var (image, name) in names)
            {
                _names[image] = name;
            }

            return;
        }
    }

    private async Task<bool> AreOthersAsync(IEnumerable<string> names, CancellationToken cancellation)
    {
        foreach (var name in names)
        {
            if (await IsOthersAsync(name, cancellation).ConfigureAwait(false))
            {
                return true;
            }
        }

        return false;
    }

    // Files of other origin may be overwritten, and what earlier requests of the row have saved; the picture of another row never is.
    private async Task<bool> IsOthersAsync(string name, CancellationToken cancellation)
    {
        try
        {
            foreach (var extension in folder.Overwrites ? MediaType.Extensions : [])
            {
                if (await ledger.IsOthersFileAsync(entry, folder.At(name + extension), cancellation).ConfigureAwait(false))
                {
                    return true;
                }
            }
        }
        catch (LedgerUnavailableException error)
        {
            Unrecorded(error);
        }

        return false;
    }

    // What was paid for is saved, whether the ledger can be told its name or not.
    private async Task<IReadOnlyDictionary<int, string>?> KeepAsync(Dictionary<int, string> names, bool isReplacing)
    {
        try
        {
            return await ledger.NameFilesAsync(entry, folder.RealPath, names, isReplacing, folder.Overwrites).ConfigureAwait(false);
        }
        catch (LedgerUnavailableException error)
        {
            Unrecorded(error);
            _isKept = false;
            return names;
        }
    }
}
