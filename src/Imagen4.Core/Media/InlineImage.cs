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
    // Four letters of base64 are three bytes, so a piece has a multiple of four.
    private const int Piece = 64 * 1024;

    /// <summary>Whether JSON text is a data URI.</summary>
    public static bool IsDataUri(JsonElement text)
    {
        var start = Raw(text);
        return start.Length >= 5 && System.Text.Ascii.EqualsIgnoreCase(start[..5], "data:"u8);
    }

    /// <summary>Writes the bytes of the image.</summary>
    /// <exception cref="InvalidMediaException">It is not base64.</exception>
    public static async Task DecodeAsync(JsonElement text, Stream target, CancellationToken cancellation)
    {
        var base64 = Base64Of(text);
        var buffer = ArrayPool<byte>.Shared.Rent(Base64.GetMaxDecodedFromUtf8Length(Piece));
        try
        {
            for (var at = 0; at < base64.Length; at += Piece)
            {
                var piece = base64.Span[at..Math.Min(at + Piece, base64.Length)];
                if (Base64.DecodeFromUtf8(piece, buffer, out var consumed, out var written) != OperationStatus.Done || consumed != piece.Length)
                {
                    throw new InvalidMediaException(Messages.DataUriMalformed);
                }

                await target.WriteAsync(buffer.AsMemory(0, written), cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static ReadOnlyMemory<byte> Base64Of(JsonElement text)
    {
        var whole = Unescaped(text);
        if (!IsDataUri(text))
        {
            return whole;
        }

        var marker = whole.Span.IndexOf(";base64,"u8);
        return marker >= 0 ? whole[(marker + ";base64,".Length)..] : throw new InvalidMediaException(Messages.DataUriMalformed);
    }

    // A slash may be written \/ and a plus \u002B: only then the text is not the bytes.
    private static ReadOnlyMemory<byte> Unescaped(JsonElement text)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text);
        var reader = new Utf8JsonReader(raw);
        reader.Read();
        var bytes = new byte[raw.Length];
        return bytes.AsMemory(0, reader.CopyString(bytes));
    }

    private static ReadOnlySpan<byte> Raw(JsonElement text) => JsonMarshal.GetRawUtf8Value(text)[1..^1];
}
