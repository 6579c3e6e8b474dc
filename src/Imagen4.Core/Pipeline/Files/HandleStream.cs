using Microsoft.Win32.SafeHandles;

namespace Imagen4.Core.Pipeline.Files;

/// <summary>Reads an open file from an offset on. Several of them read one file side by side, each at its own place.</summary>
/// <param name="handle">The file; it stays open.</param>
/// <param name="offset">Where to begin.</param>
internal sealed class HandleStream(SafeFileHandle handle, long offset) : Stream
{
    private long _at = offset;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _at;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await RandomAccess.ReadAsync(handle, buffer, _at, cancellationToken).ConfigureAwait(false);
        _at += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = RandomAccess.Read(handle, buffer.AsSpan(offset, count), _at);
        _at += read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
