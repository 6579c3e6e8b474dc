using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;
using Imagen4.Core.Text;

namespace Imagen4.Core.Media;

/// <summary>
/// An image inside an answer, as base64 or as a data URI (RFC 2397). It is decoded piece by piece from the bytes of the JSON:
/// it may be tens of megabytes.
/// </summary>
internal static class InlineImage
{
    private const int Piece = 64 * 1024;

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
    /// <exception cref="InvalidMediaException">It is not base64.</exception>
    /// <exception cref="DownloadFailedException">It is larger than what is taken.</exception>
    public static async Task DecodeAsync(JsonElement text, Stream target, long maxBytes, CancellationToken cancellation)
    {
        var base64 = Base64Of(text);
        if (base64.Length / 4 * 3L > maxBytes)
        {
            throw new DownloadFailedException(Messages.MediaTooLarge.With(maxBytes));
        }

        var buffer = ArrayPool<byte>.Shared.Rent(Base64.GetMaxDecodedFromUtf8Length(Piece));
        try
        {
            for (var at = 0; at < base64.Length;)
            {
                // Line breaks are allowed between the letters, so a piece may end within a group of four: it is left to the next.
                var isLast = base64.Length - at <= Piece;
                var piece = base64.Span[at..(isLast ? base64.Length : at + Piece)];
                var status = Base64.DecodeFromUtf8(piece, buffer, out var consumed, out var written, isLast);
                if (consumed == 0 || status is not (OperationStatus.Done or OperationStatus.NeedMoreData)
                    || (isLast && status != OperationStatus.Done))
                {
                    throw new InvalidMediaException(Messages.DataUriMalformed);
                }

                await target.WriteAsync(buffer.AsMemory(0, written), cancellation).ConfigureAwait(false);
                at += consumed;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static ReadOnlyMemory<byte> Base64Of(JsonElement text)
    {
        var whole = TryUnescape(text) ?? throw new InvalidMediaException(Messages.DataUriMalformed);
        if (!IsDataUri(text))
        {
            return whole;
        }

        var comma = whole.Span.IndexOf((byte)',');
        return comma >= 0 && whole.Span[..comma].EndsWithIgnoreCase(";base64"u8)
            ? whole[(comma + 1)..]
            : throw new InvalidMediaException(Messages.DataUriMalformed);
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

    private static bool EndsWithIgnoreCase(this ReadOnlySpan<byte> text, ReadOnlySpan<byte> end) =>
        text.Length >= end.Length && System.Text.Ascii.EqualsIgnoreCase(text[^end.Length..], end);
}
