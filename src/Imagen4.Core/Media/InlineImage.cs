using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Imagen4.Core.Media;

/// <summary>
/// An image inside an answer, as base64 or as a data URI (RFC 2397). It is decoded piece by piece from the bytes of the JSON:
/// it may be tens of megabytes.
/// </summary>
internal static class InlineImage
{
    private static ReadOnlySpan<byte> Blanks => " \t\r\n"u8;

    /// <summary>Whether JSON text is a data URI.</summary>
    public static bool IsDataUri(JsonElement text)
    {
        // A letter is at most six bytes, where it is escaped.
        var start = JsonMarshal.GetRawUtf8Value(text)[1..^1];
        return start.Length >= 5 && (start[..Math.Min(start.Length, 6 * 5)].Contains((byte)'\\')
            ? TryUnescape(text) is { } whole && whole.Span.StartsWithIgnoreCase("data:"u8)
            : start.StartsWithIgnoreCase("data:"u8));
    }

    /// <summary>Writes the bytes of the image.</summary>
    /// <exception cref="InvalidMediaException">It is not valid base64, and no data URI without base64 either.</exception>
    /// <exception cref="DownloadFailedException">It is larger than what is taken.</exception>
    public static async Task DecodeAsync(ImageBytes.Inline image, Stream target, long maxBytes, CancellationToken cancellation)
    {
        using var text = new InlineText(image);
        var piece = await text.NextAsync(left: 0, cancellation).ConfigureAwait(false);
        if (text.IsBase64)
        {
            await DecodeBase64Async(text, piece, target, maxBytes, cancellation).ConfigureAwait(false);
        }
        else
        {
            await CopyAsync(text, piece, target, maxBytes, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task CopyAsync(
        InlineText text, ReadOnlyMemory<byte> piece, Stream target, long maxBytes, CancellationToken cancellation)
    {
        for (var left = maxBytes; (left -= piece.Length) >= 0; piece = await text.NextAsync(left: 0, cancellation).ConfigureAwait(false))
        {
            await target.WriteAsync(piece, cancellation).ConfigureAwait(false);
            if (text.IsAtEnd)
            {
                return;
            }
        }

        throw MediaSource.TooLarge(maxBytes);
    }

    private static async Task DecodeBase64Async(
        InlineText text, ReadOnlyMemory<byte> base64, Stream target, long maxBytes, CancellationToken cancellation)
    {
        if (text.Length / 4 * 3L > maxBytes)
        {
            throw MediaSource.TooLarge(maxBytes);
        }

        var decoded = ArrayPool<byte>.Shared.Rent(Base64.GetMaxDecodedFromUtf8Length(InlineText.LongestPiece));
        try
        {
            while (true)
            {
                // A piece may end within a group of four, which is left to the next. Where a line break stands in it, .NET takes what
                // is not all of a text for malformed.
                if (!text.IsAtEnd)
                {
                    base64 = WithoutBlanks(base64);
                }

                var end = text.IsAtEnd ? -1 : base64.Span.IndexOf((byte)'=');
                var status = Base64.DecodeFromUtf8(
                    (end < 0 ? base64 : base64[..end]).Span, decoded, out var consumed, out var written, text.IsAtEnd);
                if (text.IsAtEnd && status != OperationStatus.Done)
                {
                    // As if more were to come: then what is left over is said.
                    base64 = base64.TrimEnd(Blanks);
                    _ = Base64.DecodeFromUtf8(base64.Span, decoded, out consumed, out written, isFinalBlock: false);
                    base64 = Padded(base64.Span[consumed..]) ?? throw new InvalidMediaException(Messages.DataUriMalformed);
                    await target.WriteAsync(decoded.AsMemory(0, written), cancellation).ConfigureAwait(false);
                    continue;
                }

                if (status is not (OperationStatus.Done or OperationStatus.NeedMoreData) || (!text.IsAtEnd && end < 0 && consumed == 0))
                {
                    throw new InvalidMediaException(Messages.DataUriMalformed);
                }

                if (end >= 0)
                {
                    await target.WriteAsync(decoded.AsMemory(0, written), cancellation).ConfigureAwait(false);
                    base64 = await LastGroupAsync(text, base64[consumed..], cancellation).ConfigureAwait(false);
                    continue;
                }

                await target.WriteAsync(decoded.AsMemory(0, written), cancellation).ConfigureAwait(false);
                if (text.IsAtEnd)
                {
                    return;
                }

                base64 = await text.NextAsync(base64.Length - consumed, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(decoded);
        }
    }

    // In place: the piece is the reader's own buffer, whose end is where the next one begins.
    private static ReadOnlyMemory<byte> WithoutBlanks(ReadOnlyMemory<byte> base64)
    {
        if (!base64.Span.ContainsAny(Blanks))
        {
            return base64;
        }

        var piece = MemoryMarshal.AsMemory(base64).Span;
        var to = piece.Length;
        for (var from = piece.Length - 1; from >= 0; from--)
        {
            if (!Blanks.Contains(piece[from]))
            {
                piece[--to] = piece[from];
            }
        }

        return base64[to..];
    }

    // RFC 4648, 3.2: some leave the padding out. Null where it is not padding that is missing.
    private static byte[]? Padded(ReadOnlySpan<byte> rest) => rest.Length switch
    {
        _ when rest.Contains((byte)'=') => null,
        2 => [.. rest, (byte)'=', (byte)'='],
        3 => [.. rest, (byte)'='],
        _ => null,
    };

    // Behind the first padding there are no more than the rest of its group and line breaks.
    private static async ValueTask<ReadOnlyMemory<byte>> LastGroupAsync(
        InlineText text, ReadOnlyMemory<byte> piece, CancellationToken cancellation)
    {
        var group = new byte[4];
        var length = 0;
        while (true)
        {
            foreach (var letter in piece.ToArray().Where(letter => !Blanks.Contains(letter)))
            {
                if (length == group.Length)
                {
                    throw new InvalidMediaException(Messages.DataUriMalformed);
                }

                group[length++] = letter;
            }

            if (text.IsAtEnd)
            {
                return group.AsMemory(0, length);
            }

            piece = await text.NextAsync(left: 0, cancellation).ConfigureAwait(false);
        }
    }

    // A slash may be written \/ and a plus \u002B: only then the text is not the bytes. Null for an escape that no text can hold.
    private static ReadOnlyMemory<byte>? TryUnescape(JsonElement text)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text);
        var reader = new Utf8JsonReader(raw);
        reader.Read();
        var bytes = new byte[raw.Length];
        try
        {
            return bytes.AsMemory(0, reader.CopyString(bytes));
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static bool StartsWithIgnoreCase(this ReadOnlySpan<byte> text, ReadOnlySpan<byte> start) =>
        text.Length >= start.Length && System.Text.Ascii.EqualsIgnoreCase(text[..start.Length], start);
}
