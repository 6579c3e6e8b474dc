using Imagen4.Core.Text;

namespace Imagen4.Core.Media;

/// <summary>The paths that the rows of a batch will save to. No two have one, and none is a file to one and a folder to another.</summary>
internal sealed class ClaimedPaths
{
    private readonly Lock _lock = new();

    // Digests, the same for all ways to write a name in capitals and small letters.
    private readonly HashSet<UInt128> _names = [];
    private readonly HashSet<UInt128> _files = [];
    private readonly Dictionary<string, HashSet<string>> _folders = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Claims the paths of one row, all or none.</summary>
    /// <param name="names">Its names, without their extensions.</param>
    /// <param name="files">Every file that may be written under them.</param>
    /// <exception cref="InvalidInputException">Another row has one of them.</exception>
    public void Add(IReadOnlyList<string> names, IReadOnlyList<string> files)
    {
        lock (_lock)
        {
            if (names.FirstOrDefault(name => _names.Contains(TextDigest.OfAnyCase(name))) is { } twice)
            {
                throw new InvalidInputException(Messages.FileNameTwice.With(twice)) { NextCommand = Messages.CommandNameEachRow };
            }

            foreach (var name in names)
            {
                if (FoldersOf(name).FirstOrDefault(folder => _files.Contains(TextDigest.OfAnyCase(folder))) is { } file)
                {
                    throw new InvalidInputException(Messages.FileNameAsFolder.With(name, file));
                }
            }

            if (files.FirstOrDefault(_folders.ContainsKey) is { } folder)
            {
                throw new InvalidInputException(Messages.FileNameAsFolder.With(_folders[folder].First(), folder));
            }

            _names.UnionWith(names.Select(TextDigest.OfAnyCase));
            _files.UnionWith(files.Select(TextDigest.OfAnyCase));
            foreach (var name in names)
            {
                foreach (var above in FoldersOf(name))
                {
                    _ = (_folders.TryGetValue(above, out var within) ? within : _folders[above] = []).Add(name);
                }
            }
        }
    }

    /// <summary>Gives back what a row has claimed.</summary>
    public void Remove(IReadOnlyList<string> names, IReadOnlyList<string> files)
    {
        lock (_lock)
        {
            _names.ExceptWith(names.Select(TextDigest.OfAnyCase));
            _files.ExceptWith(files.Select(TextDigest.OfAnyCase));
            foreach (var name in names)
            {
                foreach (var above in FoldersOf(name))
                {
                    if (_folders.TryGetValue(above, out var within) && within.Remove(name) && within.Count == 0)
                    {
                        _ = _folders.Remove(above);
                    }
                }
            }
        }
    }

    /// <summary>Whether a row needs a folder of that path.</summary>
    public bool IsFolder(string path)
    {
        lock (_lock)
        {
            return _folders.ContainsKey(path);
        }
    }

    private static IEnumerable<string> FoldersOf(string name)
    {
        for (var folder = Path.GetDirectoryName(name); folder is { Length: > 0 }; folder = Path.GetDirectoryName(folder))
        {
            yield return folder;
        }
    }
}
