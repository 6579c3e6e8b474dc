using System.Buffers;

namespace Imagen4.Core.Media;

/// <summary>An image that came inside the answer (RFC 2397). It is decoded piece by piece: it may be tens of megabytes.</summary>
internal static class DataUri
{
    private const string Marker = ";base64,";
    private const int Piece = 64 * 1024;

    /// <summary>Whether an address carries the data itself.</summary>
    public static bool IsOne(string address) => address.StartsWith("data:", StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes the bytes behind the address.</summary>
    /// <exception cref="InvalidMediaException">It is not base64.</exception>
    public static async Task DecodeAsync(string address, Stream target, CancellationToken cancellation)
    {
        var marker = address.IndexOf(Marker, StringComparison.OrdinalIgnoreCase);
        if (marker < 0)
        {
            throw new InvalidMediaException(Messages.DataUriMalformed);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            for (var at = marker + Marker.Length; at < address.Length; at += Piece)
            {
                var piece = address.AsSpan(at, Math.Min(Piece, address.Length - at));
                if (!Convert.TryFromBase64Chars(piece, buffer, out var written))
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
}
