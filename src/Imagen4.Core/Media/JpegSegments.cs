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

    /// <summary>Reads the size that the frame header tells.</summary>
    /// <param name="file">The file, behind its first marker.</param>
    /// <returns>The width and the height; null where there is no frame, or no scan of it.</returns>
    public static (int Width, int Height)? Read(Stream file)
    {
        Span<byte> segment = stackalloc byte[9];
        (int Width, int Height)? size = null;
        for (var count = 0; count < Most
            && file.ReadAtLeast(segment, segment.Length, throwOnEndOfStream: false) == segment.Length && segment[0] == 0xFF; count++)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(segment[2..]);
            switch (segment[1])
            {
                case 0xDA:
                    return size is not null && HasData(file, file.Position - segment.Length + 2 + length) ? size : null;

                case 0xD8 or 0xD9:
                    return null;

                case >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC):
                    size ??= (BinaryPrimitives.ReadUInt16BigEndian(segment[7..]), BinaryPrimitives.ReadUInt16BigEndian(segment[5..]));
                    break;
            }

            // A marker may be padded with any number of 0xFF.
            file.Position += segment[1] == 0xFF ? 1 - segment.Length : length + 2 - segment.Length;
        }

        return null;
    }

    // Behind the header of a scan come its data, and not another marker: 0xFF in the data is followed by 0.
    private static bool HasData(Stream file, long at)
    {
        Span<byte> first = stackalloc byte[2];
        file.Position = at;
        return file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false) == first.Length && (first[0] != 0xFF || first[1] == 0);
    }
}
