using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Imagen4.Emulator.Storage;

/// <summary>
/// The bytes of a file. Small ones are in memory, large ones in a file without a name, which goes with the process however that ends.
/// </summary>
internal sealed class StoredBytes : IDisposable
{
    private const int LargestInMemory = 256 * 1024;
    private const int Step = 64 * 1024;

    private readonly MemoryStream _memory = new();
    private SafeFileHandle? _file;

    private StoredBytes()
    {
    }

    public long Length { get; private set; }

    public string Sha256 { get; private set; } = "";

    /// <summary>Takes what is in streams, one after the other.</summary>
    public static async Task<StoredBytes> ReadAsync(IEnumerable<Stream> pieces, CancellationToken cancellationToken)
    {
        var stored = new StoredBytes();
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[Step];
            foreach (var piece in pieces)
            {
                while (await piece.ReadAsync(buffer, cancellationToken) is > 0 and var read)
                {
                    hash.AppendData(buffer, 0, read);
                    await stored.AddAsync(buffer.AsMemory(0, read), cancellationToken);
                }
            }

            stored.Sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
            return stored;
        }
        catch
        {
            // A client that leaves in the middle of it has uploaded nothing.
            stored.Dispose();
            throw;
        }
    }

    /// <summary>Reads them; any number of readers may do so at once.</summary>
    public Stream Open() => _file is { } file
        ? new BufferedStream(new FileReader(file, Length), Step)
        : new MemoryStream(_memory.GetBuffer(), 0, (int)_memory.Length, writable: false);

    public void Dispose()
    {
        _file?.Dispose();
        _memory.Dispose();
    }

    private async Task AddAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (_file is null && Length + bytes.Length > LargestInMemory)
        {
            _file = NewFile();
            await RandomAccess.WriteAsync(_file, _memory.ToArray(), 0, cancellationToken);
            _memory.SetLength(0);
            _memory.Capacity = 0;
        }

        if (_file is null)
        {
            await _memory.WriteAsync(bytes, cancellationToken);
        }
        else
        {
            await RandomAccess.WriteAsync(_file, bytes, Length, cancellationToken);
        }

        Length += bytes.Length;
    }

    private static SafeFileHandle NewFile()
    {
        var path = Path.Combine(Path.GetTempPath(), $"imagen4-emulator-{Guid.NewGuid():N}");
        if (OperatingSystem.IsWindows())
        {
            return File.OpenHandle(
                path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        }

        // Windows deletes it when the process ends; elsewhere it can lose its name while it is open. Until then it is this user's alone.
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        var file = new FileStream(path, options).SafeFileHandle;
        File.Delete(path);
        return file;
    }
}

/// <summary>Reads an open file by itself, whoever else reads it.</summary>
internal sealed class FileReader(SafeFileHandle file, long length) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await RandomAccess.ReadAsync(file, buffer, Position, cancellationToken);
        Position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = RandomAccess.Read(file, buffer.AsSpan(offset, count), Position);
        Position += read;
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => Position,
        _ => length,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
