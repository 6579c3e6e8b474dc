using System.Collections.Concurrent;
using System.Security;
using System.Security.Cryptography;
using Imagen4.Core.Input;
using Imagen4.Core.Media;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Files;

/// <summary>
/// The files of this machine that the rows of a batch name. Each is read once, for what it is and what is in it, however many rows use it.
/// </summary>
public sealed class LocalFiles
{
    private const int BufferLength = 1 << 17;

    private readonly ConcurrentDictionary<string, LocalFile> _byPath = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, LocalFile> _byContent = new(StringComparer.Ordinal);

    /// <summary>Reads a file that the caller has handed over as one, whatever it is.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidInputException">It is missing, empty, no file, or cannot be read.</exception>
    public async Task<FileReference> AddAsync(string path, CancellationToken cancellation) =>
        new((await FindAsync(path, cancellation).ConfigureAwait(false)).Sha256, Path: null);

    /// <summary>Reads a file that a record has named. A record is data: it can name any file, and only images are meant.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidInputException">It is missing, empty, no file, cannot be read, or is no image by its bytes.</exception>
    public async Task<FileReference> AddImageAsync(string path, CancellationToken cancellation) =>
        await FindAsync(path, cancellation).ConfigureAwait(false) is { IsImage: true } file
            ? new FileReference(file.Sha256, file.Path)
            : throw new InvalidInputException(Messages.FileNotImage.With(PlainText.Brief(path)));

    /// <summary>A file that was read before; null for none of that content.</summary>
    internal LocalFile? Find(string sha256) => _byContent.GetValueOrDefault(sha256);

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="InvalidInputException">It is missing, empty, no file, or cannot be read.</exception>
    internal static FileStream Open(string path)
    {
        try
        {
            var found = new FileInfo(path);
            if (!found.Exists)
            {
                throw new InvalidInputException((Directory.Exists(path) ? Messages.FileIsDirectory : Messages.FileMissing).With(
                    PlainText.Brief(path)));
            }

            // What is no regular file has no length either, and opening a pipe would wait for its other end.
            return found.Length > 0
                ? new FileStream(path, new FileStreamOptions { Share = FileShare.Read, BufferSize = 0, Options = FileOptions.Asynchronous })
                : throw new InvalidInputException(Messages.FileEmpty.With(PlainText.Brief(path)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or SecurityException or ArgumentException
            or NotSupportedException)
        {
            throw new InvalidInputException(Messages.FileUnreadable.With(PlainText.Brief(path), error.Message), error);
        }
    }

    /// <summary>Reads an open file, once.</summary>
    /// <exception cref="InvalidInputException">It cannot be read.</exception>
    internal static async Task<LocalFile> ReadAsync(string path, FileStream stream, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferLength];
        string? type = null;
        var length = 0L;
        try
        {
            var modified = File.GetLastWriteTimeUtc(stream.SafeFileHandle).Ticks;
            for (int read; (read = await stream.ReadAtLeastAsync(buffer, PictureType.HeadLength, throwOnEndOfStream: false, cancellation)
                .ConfigureAwait(false)) > 0; length += read)
            {
                type = length == 0 ? PictureType.Of(buffer.AsSpan(0, Math.Min(read, PictureType.HeadLength))) : type;
                hash.AppendData(buffer, 0, read);
            }

            return new LocalFile(path, Convert.ToHexStringLower(hash.GetHashAndReset()), length, type ?? "application/octet-stream", modified)
            {
                IsImage = type is not null,
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(Messages.FileUnreadable.With(PlainText.Brief(path), error.Message), error);
        }
    }

    private async Task<LocalFile> FindAsync(string path, CancellationToken cancellation)
    {
        if (_byPath.TryGetValue(path, out var known) && IsUnchanged(known))
        {
            return known;
        }

        var stream = Open(path);
        await using var disposing = stream.ConfigureAwait(false);
        var read = await ReadAsync(path, stream, cancellation).ConfigureAwait(false);
        return _byContent[read.Sha256] = _byPath[path] = read;
    }

    private static bool IsUnchanged(LocalFile known)
    {
        var now = new FileInfo(known.Path);
        return now.Exists && now.Length == known.Length && now.LastWriteTimeUtc.Ticks == known.Modified;
    }
}
