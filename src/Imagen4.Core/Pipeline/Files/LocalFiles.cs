using System.Collections.Concurrent;
using Imagen4.Core.Input;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Files;

/// <summary>
/// The files of this machine that the rows of a batch name. Each is read once, for what it is and what is in it, however many rows use it.
/// </summary>
public sealed class LocalFiles
{
    private readonly ConcurrentDictionary<string, KnownFile> _byPath = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, KnownFile> _given = new(StringComparer.Ordinal);

    /// <summary>Reads a file that the caller has handed over as one, whatever it is.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidInputException">It is missing, empty, no file, or cannot be read.</exception>
    public async Task<FileReference> AddAsync(string path, CancellationToken cancellation)
    {
        var file = await ReadAsync(path, cancellation).ConfigureAwait(false);
        _given[file.Sha256] = file;
        return new FileReference(file.Sha256, Path: null);
    }

    /// <summary>Reads a file that a record has named. A record is data: it can name any file, and only images are meant.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidInputException">It is missing, empty, no file, cannot be read, or is not an image by its bytes.</exception>
    public async Task<FileReference> AddImageAsync(string path, CancellationToken cancellation) =>
        Directory.Exists(path) ? throw new InvalidInputException(Messages.FileOfRowIsDirectory.With(PlainText.Line(path)))
        : await ReadAsync(path, cancellation).ConfigureAwait(false) is { IsImage: true } file
            ? new FileReference(file.Sha256, file.Path)
            : throw new InvalidInputException(Messages.FileNotImage.With(PlainText.Line(path)));

    /// <summary>A file that was read before, and may be sent; null for none.</summary>
    /// <exception cref="InvalidInputException">It has been replaced since.</exception>
    internal KnownFile? Find(FileReference file)
    {
        if (file.Path is not { } path)
        {
            return _given.GetValueOrDefault(file.Sha256);
        }

        return !_byPath.TryGetValue(path, out var known) || !known.IsImage ? null
            : known.Sha256 == file.Sha256 ? known
            : throw new InvalidInputException(Messages.FileReplaced.With(PlainText.Line(path)));
    }

    private async Task<KnownFile> ReadAsync(string path, CancellationToken cancellation)
    {
        if (_byPath.TryGetValue(path, out var known) && known.IsUnchanged())
        {
            return known;
        }

        using var file = await LocalFile.OpenAsync(path, cancellation).ConfigureAwait(false);
        return _byPath[path] = new KnownFile(path, file.Sha256, file.Length, file.Written, file.ContentType, IsImage: file.Image is not null);
    }
}

/// <summary>A file of this machine as it was when it was read.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Sha256">The SHA-256 of its bytes, as hexadecimal digits.</param>
/// <param name="Length">How many bytes it has.</param>
/// <param name="Written">When it was last written to, UTC.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="IsImage">Whether it is an image by its bytes.</param>
internal sealed record KnownFile(string Path, string Sha256, long Length, DateTime Written, string ContentType, bool IsImage)
{
    /// <summary>Whether it seems to be what it was, by its length and its time.</summary>
    public bool IsUnchanged()
    {
        try
        {
            var now = LocalFile.Target(Path);
            return now.Exists && now.Length == Length && now.LastWriteTimeUtc == Written;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Opens it again, and makes sure that it still has the bytes that were read: what goes up is what was checked.</summary>
    /// <exception cref="InvalidInputException">It is gone, cannot be read, or has changed.</exception>
    public async Task<LocalFile> OpenAsync(CancellationToken cancellation)
    {
        var file = await LocalFile.OpenAsync(Path, cancellation).ConfigureAwait(false);
        if (file.Sha256 == Sha256)
        {
            return file;
        }

        file.Dispose();
        throw new InvalidInputException(Messages.FileReplaced.With(PlainText.Line(Path)));
    }
}
