using System.Buffers.Binary;

namespace Imagen4.Core.Media;

/// <summary>Walks through the chunks of a PNG (W3C REC, 5.3 and 5.6): header first, image data, end last, and nothing between them.</summary>
internal static class PngChunks
{
    // Encoders write image data in pieces of 8 KiB and more.
    private const int Most = 100_000;

    private const int HeaderLength = 13;

    /// <summary>Reads the size that the header tells, once all chunks are found to be there.</summary>
    /// <param name="file">The file, behind its signature.</param>
    /// <param name="isCut">Whether the file ends within a chunk, or before the last.</param>
    /// <returns>The width and the height; null where it is no PNG.</returns>
    public static (uint Width, uint Height)? Read(Stream file, out bool isCut)
    {
        Span<byte> head = stackalloc byte[8];
        Span<byte> size = stackalloc byte[8];
        var hasData = false;
        isCut = false;
        for (var count = 0; count < Most; count++)
        {
            if (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length)
            {
                isCut = true;
                return null;
            }

            var length = BinaryPrimitives.ReadUInt32BigEndian(head);
            var type = head[4..];
            if (length > int.MaxValue || !IsType(type) || (count == 0) != type.SequenceEqual("IHDR"u8))
            {
                return null;
            }

            // Its checksum stands behind the data.
            var next = file.Position + length + 4;
            if (next > file.Length)
            {
                isCut = true;
                return null;
            }

            if (count == 0)
            {
                if (length != HeaderLength || file.ReadAtLeast(size, size.Length, throwOnEndOfStream: false) < size.Length)
                {
                    return null;
                }
            }
            else if (type.SequenceEqual("IEND"u8))
            {
                file.Position = next;
                return hasData && length == 0
                    ? (BinaryPrimitives.ReadUInt32BigEndian(size), BinaryPrimitives.ReadUInt32BigEndian(size[4..]))
                    : null;
            }

            hasData |= type.SequenceEqual("IDAT"u8);
            file.Position = next;
        }

        return null;
    }

    private static bool IsType(ReadOnlySpan<byte> type)
    {
        foreach (var letter in type)
        {
            if (!char.IsAsciiLetter((char)letter))
            {
                return false;
            }
        }

        return true;
    }
}
