using Imagen4.Core.Text;
using Microsoft.Win32.SafeHandles;

namespace Imagen4.Core.Http;

/// <summary>
/// Bytes that are written once, and read as often as they are wanted: few of them in memory, many in a file without a name. It is for
/// one writer at a time.
/// </summary>
internal sealed class Spool : IDisposable
{
    private const int MostInMemory = 64 * 1024;

    // Of each answer, where no file can be written.
    private const int MostWithoutFile = 64 * 1024 * 1024;

    private readonly MemoryStream _tail = new();
    private SafeFileHandle? _file;
    private long _inFile;
    private bool _isWithoutFile;

    /// <summary>How many bytes there are.</summary>
    public long Length => _inFile + _tail.Length;

    /// <summary>Adds bytes.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (_isWithoutFile && _tail.Length + bytes.Length > MostWithoutFile)
        {
            throw new AnswerTooLargeException(Messages.AnswerTooLargeForMemory.With(MostWithoutFile, Path.GetTempPath()));
        }

        _tail.Write(bytes.Span);
        if (_tail.Length < MostInMemory || _isWithoutFile)
        {
            return;
        }

        try
        {
            _file ??= Create();
            await RandomAccess.WriteAsync(_file, _tail.GetBuffer().AsMemory(0, (int)_tail.Length), _inFile, cancellation)
                .ConfigureAwait(false);
            _inFile += _tail.Length;
            _tail.SetLength(0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // What is kept here may have been paid for: where the disk does not take it, memory does.
            _isWithoutFile = true;
        }
    }

    /// <summary>Reads bytes from a place on; none behind the end.</summary>
    public async ValueTask<int> ReadAsync(long at, Memory<byte> target, CancellationToken cancellation)
    {
        if (at < _inFile)
        {
            var most = (int)Math.Min(target.Length, _inFile - at);
            return await RandomAccess.ReadAsync(_file!, target[..most], at, cancellation).ConfigureAwait(false);
        }

        // Several images of an answer are read at the same time: no position is shared.
        var rest = _tail.GetBuffer().AsSpan(0, (int)_tail.Length)[(int)Math.Min(at - _inFile, _tail.Length)..];
        var count = Math.Min(rest.Length, target.Length);
        rest[..count].CopyTo(target.Span);
        return count;
    }

    /// <summary>Reads a part of the bytes whole.</summary>
    public async Task<byte[]> ReadAsync(long from, long length, CancellationToken cancellation)
    {
        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        await ReadExactlyAsync(from, bytes, cancellation).ConfigureAwait(false);
        return bytes;
    }

    /// <summary>Reads bytes from a place on until the target is full.</summary>
    /// <exception cref="EndOfStreamException">There are fewer.</exception>
    public async Task ReadExactlyAsync(long from, Memory<byte> target, CancellationToken cancellation)
    {
        for (var at = 0; at < target.Length;)
        {
            var read = await ReadAsync(from + at, target[at..], cancellation).ConfigureAwait(false);
            at += read > 0 ? read : throw new EndOfStreamException();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _tail.Dispose();
    }

    // Nobody else can open it, and nothing of it stays, however the process ends.
    private static SafeFileHandle Create()
    {
        var path = Path.Combine(Path.GetTempPath(), $"imagen4-{Guid.NewGuid():N}.tmp");
        if (OperatingSystem.IsWindows())
        {
            return File.OpenHandle(
                path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        }

        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        var handle = new FileStream(path, options).SafeFileHandle;
        File.Delete(path);
        return handle;
    }
}
