using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;

namespace Imagen4.Core.Media;

/// <summary>
/// Walks through the chunks of a PNG (W3C REC, 5.3 and 5.6): header first, image data, end last, and nothing between them. Those that make
/// the pixels have to be as their checksums say, and the image data has to begin as compressed data does; it is not decompressed.
/// </summary>
internal static class PngChunks
{
    // Encoders write image data in pieces of 8 KiB and more.
    private const int Most = 100_000;

    private const int HeaderLength = 13;
    private const int Piece = 64 * 1024;

    /// <summary>Reads the size that the header tells, once all chunks are found to be there.</summary>
    /// <param name="file">The file, behind its signature.</param>
    /// <param name="isCut">Whether the file ends within a chunk, or before the last.</param>
    /// <returns>The width and the height; null where it is no PNG.</returns>
    public static (uint Width, uint Height)? Read(Stream file, out bool isCut)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            return Read(file, buffer, out isCut);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static (uint Width, uint Height)? Read(Stream file, byte[] buffer, out bool isCut)
    {
        Span<byte> head = stackalloc byte[8];
        Span<byte> start = stackalloc byte[HeaderLength];
        (uint Width, uint Height)? size = null;
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
            if (file.Position + length + 4 > file.Length)
            {
                isCut = true;
                return null;
            }

            if (!MakesPixels(type))
            {
                // A wrong checksum of a text does not cost the image.
                file.Position += length + 4;
            }
            else
            {
                start.Clear();
                if (!IsIntact(file, type, (int)length, buffer, start))
                {
                    return null;
                }
            }

            if (count == 0)
            {
                size = length == HeaderLength && IsHeader(start)
                    ? (BinaryPrimitives.ReadUInt32BigEndian(start), BinaryPrimitives.ReadUInt32BigEndian(start[4..]))
                    : null;
                if (size is null)
                {
                    return null;
                }
            }
            else if (type.SequenceEqual("IEND"u8))
            {
                return hasData && length == 0 ? size : null;
            }
            else if (type.SequenceEqual("IDAT"u8) && !hasData && length > 0)
            {
                // Where the first of them has one byte, the second stands in the next.
                hasData = length == 1 || IsCompressed(start);
                if (!hasData)
                {
                    return null;
                }
            }
        }

        return null;
    }

    private static bool MakesPixels(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("IHDR"u8) || type.SequenceEqual("PLTE"u8) || type.SequenceEqual("IDAT"u8);

    // Reads a chunk to the end of its checksum.
    private static bool IsIntact(Stream file, ReadOnlySpan<byte> type, int length, byte[] buffer, Span<byte> start)
    {
        // ISO 3309, as W3C REC-png, annex D, has it.
        var crc = new Crc32();
        crc.Append(type);
        for (var left = length; left > 0;)
        {
            var read = file.Read(buffer, 0, Math.Min(left, Piece));
            if (read == 0)
            {
                return false;
            }

            if (left == length)
            {
                buffer.AsSpan(0, Math.Min(read, start.Length)).CopyTo(start);
            }

            crc.Append(buffer.AsSpan(0, read));
            left -= read;
        }

        Span<byte> told = stackalloc byte[4];
        return file.ReadAtLeast(told, told.Length, throwOnEndOfStream: false) == told.Length
            && BinaryPrimitives.ReadUInt32BigEndian(told) == crc.GetCurrentHashAsUInt32();
    }

    // Bit depth and colour type, compression, filter and interlace method.
    private static bool IsHeader(ReadOnlySpan<byte> header) =>
        header[8] is 1 or 2 or 4 or 8 or 16 && header[9] is 0 or 2 or 3 or 4 or 6 && header[10..] is [0, 0, 0 or 1];

    // RFC 1950, 2.2: deflate with a window of at most 32 KiB, a check of these two bytes, and no dictionary.
    private static bool IsCompressed(ReadOnlySpan<byte> data) =>
        (data[0] & 0x0F) == 8 && data[0] >> 4 <= 7 && ((data[0] << 8) | data[1]) % 31 == 0 && (data[1] & 0x20) == 0;

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
