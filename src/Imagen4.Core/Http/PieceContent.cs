using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

namespace Imagen4.Core.Http;

/// <summary>A piece of a file as the body of a request. It is read while it is sent, and again when it is sent again.</summary>
/// <param name="file">Gives the bytes from an offset on.</param>
/// <param name="offset">Where the piece begins.</param>
/// <param name="length">How long it is.</param>
/// <param name="sent">Called with the number of bytes after each step of sending, and once with none before the first.</param>
internal sealed class PieceContent(Func<long, Stream> file, long offset, long length, Action<int> sent) : HttpContent
{
    private const int Step = 64 * 1024;

    /// <summary>Why the file could not be read; null where it could. What the exchange says of that is not the cause.</summary>
    public Exception? Unreadable { get; private set; }

    /// <summary>The type of the content; none where it is null.</summary>
    public string? Type
    {
        init => Headers.ContentType = value is null ? null : MediaTypeHeaderValue.Parse(value);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        sent(0);
        using var source = Open();
        using var owner = MemoryPool<byte>.Shared.Rent(Step);
        for (var left = length; left > 0;)
        {
            var step = owner.Memory[..(int)Math.Min(left, Math.Min(owner.Memory.Length, Step))];
            var read = await ReadAsync(source, step, cancellationToken).ConfigureAwait(false);
            await stream.WriteAsync(step[..read], cancellationToken).ConfigureAwait(false);
            left -= read;
            sent(read);
        }
    }

    protected override bool TryComputeLength(out long computed)
    {
        computed = length;
        return true;
    }

    private Stream Open()
    {
        try
        {
            return file(offset);
        }
        catch (Exception error)
        {
            Unreadable = error;
            throw;
        }
    }

    // An IOException of the connection is worth another try, one of the file is not: tell them apart where they arise.
    private async Task<int> ReadAsync(Stream source, Memory<byte> step, CancellationToken cancellation)
    {
        try
        {
            await source.ReadExactlyAsync(step, cancellation).ConfigureAwait(false);
            return step.Length;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Unreadable = error;
            throw;
        }
    }
}
