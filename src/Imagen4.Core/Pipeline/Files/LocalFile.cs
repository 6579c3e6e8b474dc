using System.Buffers;
using System.Security.Cryptography;
using Imagen4.Core.Media;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Text;
using Microsoft.Win32.SafeHandles;

namespace Imagen4.Core.Pipeline.Files;

/// <summary>
/// A file that was read once: what it is called by, what is in it, and its bytes for an upload. It stays open, so that what goes up is
/// what was looked at, whatever its name stands for by then; a change of it meanwhile is noticed.
/// </summary>
internal sealed class LocalFile : IDisposable
{
    private const int Step = 128 * 1024;

    private readonly SafeFileHandle _handle;

    private LocalFile(string path, SafeFileHandle handle)
    {
        (Path, _handle) = (path, handle);
        Length = RandomAccess.GetLength(handle);
        Written = File.GetLastWriteTimeUtc(handle);
    }

    /// <summary>The full path.</summary>
    public string Path { get; }

    /// <summary>The file's name.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>How many bytes it has.</summary>
    public long Length { get; }

    /// <summary>When it was last written to, UTC.</summary>
    public DateTime Written { get; }

    /// <summary>What goes up.</summary>
    public FileContent Content => new(Name, ContentType, Length, OpenAt);

    /// <summary>The SHA-256 of its bytes, in hexadecimal.</summary>
    public string Sha256 { get; private set; } = "";

    /// <summary>The kind of image its bytes are; null where they are none.</summary>
    public MediaType? Image { get; private set; }

    /// <summary>The media type: by its bytes where it is an image, else by its name.</summary>
    public string ContentType => Image?.Name ?? ContentTypes.OfName(Name);

    /// <summary>Opens a file and reads it through.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidInputException">It is not there, cannot be read, is a directory, or is empty.</exception>
    public static async Task<LocalFile> OpenAsync(string path, CancellationToken cancellation)
    {
        // On a thread of its own: a file system that does not answer must not keep anybody from stopping.
        var file = new LocalFile(path, await Task.Run(() => Open(path), CancellationToken.None).WaitAsync(cancellation).ConfigureAwait(false));
        try
        {
            if (file.Length == 0)
            {
                throw new InvalidInputException(Messages.FileEmpty.With(PlainText.Line(path)));
            }

            await file.ReadAsync(cancellation).ConfigureAwait(false);
            return file;
        }
        catch (IOException error)
        {
            file.Dispose();
            throw new InvalidInputException(Messages.FileNotOpened.With(PlainText.Line(path), error.Message), error);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The bytes from an offset on.</summary>
    /// <exception cref="InvalidInputException">The file has changed.</exception>
    public Stream OpenAt(long offset)
    {
        RequireUnchanged();
        return new HandleStream(_handle, offset);
    }

    /// <summary>Makes sure that the file is still what was read.</summary>
    /// <exception cref="InvalidInputException">The file has changed.</exception>
    public void RequireUnchanged()
    {
        if (RandomAccess.GetLength(_handle) != Length || File.GetLastWriteTimeUtc(_handle) != Written)
        {
            throw new InvalidInputException(Messages.FileChanged);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <summary>Looks at a file without opening it: to open what is not a real file, such as a pipe, may wait forever.</summary>
    /// <returns>How many bytes it has.</returns>
    /// <exception cref="InvalidInputException">It is not there, is a directory, or is empty.</exception>
    public static long LengthOf(string path) => Reading(path, () => Target(path).Length) is > 0 and var length
        ? length
        : throw new InvalidInputException(Messages.FileEmpty.With(PlainText.Line(path)));

    /// <summary>The file that a path leads to: a link has a length and a time of its own.</summary>
    public static FileInfo Target(string path)
    {
        var named = new FileInfo(path);
        return named.LinkTarget is null ? named : (FileInfo)named.ResolveLinkTarget(returnFinalTarget: true)!;
    }

    private static SafeFileHandle Open(string path)
    {
        _ = LengthOf(path);
        return Reading(
            path, () => File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.Asynchronous));
    }

    private static T Reading<T>(string path, Func<T> read)
    {
        if (Directory.Exists(path))
        {
            throw new InvalidInputException(Messages.FileIsDirectory.With(PlainText.Line(path), System.IO.Path.DirectorySeparatorChar));
        }

        try
        {
            return read();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidInputException(Messages.FileMissing.With(PlainText.Line(path)), error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InvalidInputException(Messages.FileNotOpened.With(PlainText.Line(path), error.Message), error);
        }
    }

    private async Task ReadAsync(CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var owner = MemoryPool<byte>.Shared.Rent(Step);
        long at = 0;
        while (at < Length)
        {
            var read = await RandomAccess.ReadAsync(_handle, owner.Memory, at, cancellation).ConfigureAwait(false);
            if (read == 0)
            {
                throw new InvalidInputException(Messages.FileChanged);
            }

            var bytes = owner.Memory.Span[..(int)Math.Min(read, Length - at)];
            Image = at == 0 ? ImageHeader.KindOf(bytes[..Math.Min(bytes.Length, ImageHeader.HeadLength)]) : Image;
            hash.AppendData(bytes);
            at += bytes.Length;
        }

        Sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
        RequireUnchanged();
    }
}
