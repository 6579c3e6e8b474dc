using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;
using Imagen4.Core.Text;

namespace Imagen4.Core.Http;

/// <summary>Decodes a body: removes a compression that was not asked for, and a byte order mark.</summary>
internal static class BodyDecoder
{
    // A proxy may add one to the host's own; each takes memory and time of its own.
    private const int MostCodings = 3;

    // Brotli has no mark of its own: this much of it shows that something else is none.
    private const int Peeked = 256;

    /// <summary>Decodes a body.</summary>
    /// <param name="body">The bytes as they came; afterwards, as far as they could be decoded.</param>
    /// <param name="codings">The values of <c>Content-Encoding</c>, in the order in which they were applied.</param>
    /// <param name="bound">The largest a body may become.</param>
    /// <returns>Whether nothing is left to be decoded.</returns>
    /// <exception cref="AnswerTooLargeException">It becomes larger than the bound.</exception>
    public static bool TryDecode(ref ReadOnlyMemory<byte> body, ICollection<string> codings, int bound)
    {
        if (codings.Count > MostCodings)
        {
            return false;
        }

        foreach (var coding in codings.Reverse())
        {
            if (body.IsEmpty)
            {
                break;
            }

            if (Decompress(body, coding, bound) is not { } plain)
            {
                return false;
            }

            body = plain;
        }

        body = WithoutMark(body);
        return true;
    }

    /// <summary>Decodes a body as it comes, as far as it can be decoded: some servers name a compression and send plain text.</summary>
    /// <param name="source">The body.</param>
    /// <param name="codings">The values of <c>Content-Encoding</c>, in the order in which they were applied.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>What is decoded, and whether nothing is left to be decoded.</returns>
    public static async Task<(Stream Decoded, bool IsDecoded)> DecodedAsync(
        Stream source, ICollection<string> codings, CancellationToken cancellation)
    {
        if (codings.Count is 0 or > MostCodings)
        {
            return (source, codings.Count == 0);
        }

        var decoded = source;
        foreach (var coding in codings.Reverse())
        {
            var reader = PipeReader.Create(decoded);
            var peeked = await reader.ReadAtLeastAsync(Peeked, cancellation).ConfigureAwait(false);
            var start = peeked.Buffer.Slice(0, Math.Min(Peeked, peeked.Buffer.Length)).ToArray();
            reader.AdvanceTo(peeked.Buffer.Start);
            decoded = reader.AsStream();
            if (Decompressing(decoded, coding, start) is not { } plain)
            {
                return (decoded, false);
            }

            decoded = plain;
        }

        return (decoded, true);
    }

    private static ReadOnlyMemory<byte>? Decompress(ReadOnlyMemory<byte> body, string coding, int bound) =>
        Decompressing(Source(body), coding, body.Span) is { } decoder ? Read(decoder, bound) : null;

    // Null for a compression that is not known, or is not what the bytes begin with.
    private static Stream? Decompressing(Stream source, string coding, ReadOnlySpan<byte> start) => coding.ToUpperInvariant() switch
    {
        "IDENTITY" => source,
        "GZIP" or "X-GZIP" when start is [] or [0x1F, 0x8B, ..] => new GZipStream(source, CompressionMode.Decompress),

        // RFC 9110, 8.4.1.2: the zlib format; some send the bare data all the same.
        "DEFLATE" when start is [] || IsZlib(start) => new ZLibStream(source, CompressionMode.Decompress),
        "DEFLATE" when !IsPlain(start) => new DeflateStream(source, CompressionMode.Decompress),
        "BR" when IsBrotli(start) => new BrotliStream(source, CompressionMode.Decompress),
        _ => null,
    };

    // JSON, or an image of a kind that is taken. Compressed, neither begins with these bytes (RFC 1951, 3.2.3 and 3.2.6).
    private static bool IsPlain(ReadOnlySpan<byte> start) =>
        start is [(byte)'{' or (byte)'[', ..] or [0x89, (byte)'P', (byte)'N', (byte)'G', ..] or [0xFF, 0xD8, 0xFF, ..]
            or [(byte)'R', (byte)'I', (byte)'F', (byte)'F', ..];

    private static bool IsBrotli(ReadOnlySpan<byte> start)
    {
        using var decoder = new BrotliDecoder();

        // No further than this: a few bytes can stand for gigabytes.
        Span<byte> plain = stackalloc byte[1024];
        return decoder.Decompress(start, plain, out _, out _) != OperationStatus.InvalidData;
    }

    // RFC 1950, 2.2.
    private static bool IsZlib(ReadOnlySpan<byte> start) =>
        start.Length > 1 && (start[0] & 0x0F) == 8 && ((start[0] << 8) | start[1]) % 31 == 0;

    private static MemoryStream Source(ReadOnlyMemory<byte> body) => new(body.ToArray(), writable: false);

    private static ReadOnlyMemory<byte>? Read(Stream decoder, int bound)
    {
        using (decoder)
        {
            using var plain = new PooledBuffer();
            try
            {
                while (decoder.Read(plain.GetMemory().Span) is > 0 and var read)
                {
                    plain.Advance(read);
                    if (plain.Count > bound)
                    {
                        throw new AnswerTooLargeException(Messages.AnswerTooLarge.With(bound));
                    }
                }
            }
            catch (Exception error) when (error is InvalidDataException or InvalidOperationException or (IOException and not AnswerTooLargeException))
            {
                // The last is zlib's own, for some data that it cannot make sense of: memory is read without one.
                return null;
            }

            return plain.Written.ToArray();
        }
    }

    /// <summary>Removes a byte order mark, and makes UTF-8 of what was UTF-16.</summary>
    public static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> body) => body.Span switch
    {
        [0xEF, 0xBB, 0xBF, ..] => body[3..],
        [0xFF, 0xFE, ..] => Encoding.Convert(Encoding.Unicode, Encoding.UTF8, body[2..].ToArray()),
        [0xFE, 0xFF, ..] => Encoding.Convert(Encoding.BigEndianUnicode, Encoding.UTF8, body[2..].ToArray()),
        _ => body,
    };
}

/// <summary>Whether a body is JSON.</summary>
internal enum BodyForm
{
    /// <summary>Empty, or not JSON at all: an HTML page, plain text.</summary>
    NotJson,

    /// <summary>Well-formed JSON.</summary>
    Json,

    /// <summary>It begins like a JSON object or array but is malformed.</summary>
    Malformed,
}

/// <summary>Reads a body of unknown length, up to a limit.</summary>
internal static class BoundedBody
{
    // What a host says of the length is believed up to here.
    private const int LargestGuess = 1024 * 1024;

    /// <summary>Reads the whole body.</summary>
    /// <param name="content">The body.</param>
    /// <param name="target">Gets it, or what has come of one that breaks off.</param>
    /// <param name="bound">The most bytes that it may have.</param>
    /// <param name="cuts">Whether the start of a larger one will do.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The body, in the target.</returns>
    /// <exception cref="AnswerTooLargeException">It is larger than the bound, or is said to be.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(
        HttpContent content, PooledBuffer target, int bound, bool cuts, CancellationToken cancellation)
    {
        if (!cuts && content.Headers.ContentLength > bound)
        {
            throw new AnswerTooLargeException(Messages.AnswerTooLarge.With(bound));
        }

        var stream = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            // Room for what is promised and the end behind it, so that nothing is copied into a larger room.
            target.Reserve(content.Headers.ContentLength is > 0 and var length ? (int)Math.Min(length, LargestGuess) + 1 : 0);
            while (true)
            {
                var read = await stream.ReadAsync(target.GetMemory(), cancellation).ConfigureAwait(false);
                if (read == 0)
                {
                    return target.Written;
                }

                target.Advance(read);
                if (cuts && target.Count >= bound)
                {
                    return target.Written[..bound];
                }

                if (target.Count > bound)
                {
                    throw new AnswerTooLargeException(Messages.AnswerTooLarge.With(bound));
                }
            }
        }
    }
}

/// <summary>The answer is larger than the limit; asking again would bring the same answer.</summary>
internal sealed class AnswerTooLargeException(string message) : IOException(message);
