using System.Buffers.Binary;

namespace Imagen4.Core.Media;

/// <summary>
/// Walks through the chunks of a WebP (RFC 9649): a RIFF file whose first chunk is lossy (VP8), lossless (VP8L) or extended (VP8X), which
/// has one of the others, or frames with them, further on.
/// </summary>
internal static class WebpChunks
{
    // Animations have some hundred frames.
    private const int Most = 100_000;

    private const int FirstChunk = 12;
    private const int ChunkHead = 8;

    /// <summary>Reads the size that the first chunk tells, once there is an image.</summary>
    /// <param name="head">The first 30 bytes of the file, or more.</param>
    /// <param name="file">The file.</param>
    /// <param name="end">Where it ends, as it says.</param>
    /// <param name="isCut">Whether the file is shorter than it says.</param>
    /// <returns>The width and the height; null where it is no WebP.</returns>
    public static (int Width, int Height)? Read(ReadOnlySpan<byte> head, Stream file, out long end, out bool isCut)
    {
        end = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) + 8L;
        isCut = end > file.Length;

        // Some writers count the padding of the last chunk and leave it out.
        return end <= file.Length + 1 && HasImage(file, Math.Min(end, file.Length)) ? SizeIn(head) : null;
    }

    private static bool HasImage(Stream file, long end)
    {
        Span<byte> chunk = stackalloc byte[ChunkHead];
        var hasImage = false;
        var at = (long)FirstChunk;
        for (var count = 0; count < Most && at + ChunkHead <= end; count++)
        {
            file.Position = at;
            if (file.ReadAtLeast(chunk, chunk.Length, throwOnEndOfStream: false) < chunk.Length)
            {
                return false;
            }

            var type = chunk[..4];
            hasImage |= type.SequenceEqual("VP8 "u8) || type.SequenceEqual("VP8L"u8) || type.SequenceEqual("ANMF"u8);

            // An odd length has a byte of padding behind it.
            var length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (at + ChunkHead + length > end)
            {
                return false;
            }

            at += ChunkHead + length + (length & 1);
        }

        return hasImage;
    }

    private static (int Width, int Height)? SizeIn(ReadOnlySpan<byte> head)
    {
        var chunk = head[FirstChunk..(FirstChunk + 4)];
        var data = head[(FirstChunk + ChunkHead)..];
        if (chunk.SequenceEqual("VP8X"u8))
        {
            return (UInt24(data[4..]) + 1, UInt24(data[7..]) + 1);
        }

        if (chunk.SequenceEqual("VP8L"u8) && data[0] == 0x2F)
        {
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);
            return ((int)(bits & 0x3FFF) + 1, (int)((bits >> 14) & 0x3FFF) + 1);
        }

        return chunk.SequenceEqual("VP8 "u8) && data[3..] is [0x9D, 0x01, 0x2A, ..]
            ? (BinaryPrimitives.ReadUInt16LittleEndian(data[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(data[8..]) & 0x3FFF)
            : null;
    }

    private static int UInt24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
}
