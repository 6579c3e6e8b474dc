using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Files;

/// <summary>A file of this machine as it was when it was read.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Sha256">The SHA-256 of its bytes, as hexadecimal digits.</param>
/// <param name="Length">How many bytes it has.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Modified">When it was last written to, in ticks, UTC.</param>
internal sealed record LocalFile(string Path, string Sha256, long Length, string ContentType, long Modified)
{
    /// <summary>Whether it is an image by its bytes.</summary>
    public bool IsImage { get; init; }

    /// <summary>Opens it again, and makes sure that it still has the bytes that were read: what goes up is what was checked.</summary>
    /// <exception cref="InvalidInputException">It is gone, cannot be read, or has changed.</exception>
    public async Task<OpenFile> OpenAsync(CancellationToken cancellation)
    {
        var stream = LocalFiles.Open(Path);
        try
        {
            var now = await LocalFiles.ReadAsync(Path, stream, cancellation).ConfigureAwait(false);
            return now.Sha256 == Sha256 ? new OpenFile(now, stream) : throw new InvalidInputException(Messages.FileChanged.With(Path));
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}

/// <summary>A file that stays open while it goes up: whatever takes its place meanwhile is not what was checked.</summary>
/// <param name="file">The file.</param>
/// <param name="stream">Its bytes.</param>
internal sealed class OpenFile(LocalFile file, FileStream stream) : IAsyncDisposable
{
    /// <summary>Its bytes, and what is said of them.</summary>
    public FileContent Content => new(System.IO.Path.GetFileName(file.Path), file.ContentType, file.Length, offset => new Part(stream, offset));

    /// <summary>Reads it whole.</summary>
    /// <exception cref="InvalidInputException">It cannot be read, or has become shorter.</exception>
    public async Task<byte[]> ReadAsync(CancellationToken cancellation)
    {
        var bytes = new byte[file.Length];
        var part = new Part(stream, 0);
        await using var disposing = part.ConfigureAwait(false);
        var read = await part.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        return read == bytes.Length ? bytes : throw Changed();
    }

    /// <summary>Makes sure that nothing has been written to it since it was opened.</summary>
    /// <exception cref="InvalidInputException">It has changed.</exception>
    public void RequireUnchanged()
    {
        if (stream.Length != file.Length || File.GetLastWriteTimeUtc(stream.SafeFileHandle).Ticks != file.Modified)
        {
            throw Changed();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private InvalidInputException Changed() => new(Messages.FileChanged.With(file.Path));

    // Several parts go up side by side, so each has a place of its own.
    private sealed class Part(FileStream file, long offset) : Stream
    {
        private long _position = offset;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await RandomAccess.ReadAsync(file.SafeFileHandle, buffer, _position, cancellationToken).ConfigureAwait(false);
            _position += read;
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = RandomAccess.Read(file.SafeFileHandle, buffer.AsSpan(offset, count), _position);
            _position += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
