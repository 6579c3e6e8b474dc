using System.Buffers;
using System.Buffers.Binary;

namespace Imagen4.Core.Media;

/// <summary>
/// Walks through the segments of a JPEG (ITU T.81, B.1.1.4, B.2.2 and B.2.3), which follow each other by their lengths, until its first
/// scan begins: a frame header before it tells the size.
/// </summary>
internal static class JpegSegments
{
    // Metadata and thumbnails take some dozens of segments.
    private const int Most = 10_000;
    private const int Piece = 64 * 1024;

    // The marker, the length, and of a scan how many components it has.
    private const int SegmentHead = 5;
    private const byte ScanMarker = 0xDA;

    /// <summary>What stands at the end of an image.</summary>
    public static ReadOnlySpan<byte> EndMarker => [0xFF, 0xD9];

    /// <summary>Reads the size that the frame header tells.</summary>
    /// <param name="file">The file, behind its first marker.</param>
    /// <param name="data">Where the data of the first scan begin.</param>
    /// <returns>The width and the height; null where there is no frame, or no scan of it.</returns>
    public static (int Width, int Height)? Read(Stream file, out long data)
    {
        data = 0;
        Span<byte> segment = stackalloc byte[9];
        (int Width, int Height)? size = null;
        for (var count = 0; count < Most
            && file.ReadAtLeast(segment, segment.Length, throwOnEndOfStream: false) == segment.Length && segment[0] == 0xFF; count++)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(segment[2..]);
            switch (segment[1])
            {
                case ScanMarker:
                    data = file.Position - segment.Length + 2 + length;
                    return size is not null && IsScanHeader(segment) && HasData(file, data) ? size : null;

                case 0xD8 or 0xD9:
                    return null;

                case >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC):
                    if (size is not null)
                    {
                        // Of the image behind one that was cut.
                        return null;
                    }

                    size = (BinaryPrimitives.ReadUInt16BigEndian(segment[7..]), BinaryPrimitives.ReadUInt16BigEndian(segment[5..]));
                    break;
            }

            // A marker may be padded with any number of 0xFF.
            file.Position += segment[1] == 0xFF ? 1 - segment.Length : length + 2 - segment.Length;
        }

        return null;
    }

    // B.2.3: its length follows from its components. Another length is none: it was cut.
    private static bool IsScanHeader(ReadOnlySpan<byte> segment) =>
        BinaryPrimitives.ReadUInt16BigEndian(segment[2..]) == 6 + (2 * segment[4]);

    // Behind the header of a scan come its data, and not another marker: 0xFF in the data is followed by 0.
    private static bool HasData(Stream file, long at)
    {
        Span<byte> first = stackalloc byte[2];
        file.Position = at;
        return file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false) == first.Length && (first[0] != 0xFF || first[1] == 0);
    }

    /// <summary>
    /// Finds where the image ends. In the data of a scan, 0xFF is followed by 0 or a restart marker; any other marker is the end, or has
    /// a segment of the next scan behind it. A marker that can be neither belongs to what stands behind an image that was cut.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="data">Where the data of the first scan begin.</param>
    /// <returns>The place behind its last marker; null where it has none, because it was cut.</returns>
    public static long? FindEnd(Stream file, long data)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            var at = data;
            for (var count = 0; count < Most;)
            {
                file.Position = at;
                var piece = buffer.AsSpan(0, file.ReadAtLeast(buffer.AsSpan(0, Piece), Piece, throwOnEndOfStream: false));
                var marker = MarkerIn(piece);
                if (marker >= 0 && piece[marker + 1] == EndMarker[1])
                {
                    return at + marker + EndMarker.Length;
                }

                if ((marker >= 0 && !IsBetweenScans(piece[marker + 1]))
                    || (piece.Length < Piece && (marker < 0 || marker + SegmentHead > piece.Length)))
                {
                    return null;
                }

                if (marker < 0)
                {
                    // The last byte may be the first of a marker.
                    at += piece.Length - 1;
                }
                else if (marker + SegmentHead > piece.Length)
                {
                    at += marker;
                }
                else if (piece[marker + 1] == ScanMarker && !IsScanHeader(piece[marker..]))
                {
                    return null;
                }
                else
                {
                    at += marker + 2 + BinaryPrimitives.ReadUInt16BigEndian(piece[(marker + 2)..]);
                    count++;
                }
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Table B.1: tables, the number of lines, the next scan, and what programs write for themselves. There is one frame, before the first.
    private static bool IsBetweenScans(byte marker) =>
        marker is 0xC4 or 0xCC or (>= 0xDA and <= 0xDD) or (>= 0xE0 and <= 0xEF) or 0xFE;

    private static int MarkerIn(ReadOnlySpan<byte> data)
    {
        for (var at = 0; data[at..].IndexOf((byte)0xFF) is >= 0 and var next && at + next + 1 < data.Length;)
        {
            at += next;
            if (data[at + 1] is not (0 or 0xFF or (>= 0xD0 and <= 0xD7)))
            {
                return at;
            }

            at += data[at + 1] == 0xFF ? 1 : 2;
        }

        return -1;
    }
}
