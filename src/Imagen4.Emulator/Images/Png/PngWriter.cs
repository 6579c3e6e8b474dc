using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Imagen4.Emulator.Images.Png;

/// <summary>Writes a palette PNG with four bits a pixel: small, and quick to deflate.</summary>
internal static class PngWriter
{
    private const byte BitDepth = 4;
    private const byte IndexedColour = 3;
    private const byte FilterUp = 2;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    // A stored block of no bytes.
    private static ReadOnlySpan<byte> EmptyBlock => [0x00, 0x00, 0x00, 0xFF, 0xFF];

    public static byte[] Write(PaletteImage image) => Write(image, data => data, rest: null);

    private static byte[] Write(PaletteImage image, Func<byte[], byte[]> change, byte[]? rest)
    {
        using var file = new MemoryStream();
        file.Write(Signature);
        WriteChunk(file, "IHDR", Header(image.Size));
        WriteChunk(file, "PLTE", [.. image.Palette.SelectMany(colour => new[] { colour.Red, colour.Green, colour.Blue })]);
        WriteChunk(file, "IDAT", change(Compress(image)));
        if (rest is not null)
        {
            WriteChunk(file, "paDd", rest);
        }

        WriteChunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>
    /// Makes a file as long as this, where it is shorter: by empty blocks before the picture's own, which decoders read and checkers have
    /// to checksum, as they do the data of a larger picture (RFC 1951, 3.2.4), and by a private chunk for the rest.
    /// </summary>
    public static byte[] Pad(PaletteImage image, int length)
    {
        const int ZlibHeader = 2;
        const int ChunkFrame = 12;
        var shortest = Write(image).Length + ChunkFrame;
        var missing = Math.Max(0, length - shortest);
        return Write(image, data =>
        {
            var padded = new byte[data.Length + missing - (missing % EmptyBlock.Length)];
            data[..ZlibHeader].CopyTo(padded);
            for (var at = ZlibHeader; at < padded.Length - data.Length + ZlibHeader; at += EmptyBlock.Length)
            {
                EmptyBlock.CopyTo(padded.AsSpan(at));
            }

            data[ZlibHeader..].CopyTo(padded.AsSpan(padded.Length - data.Length + ZlibHeader));
            return padded;
        }, new byte[missing % EmptyBlock.Length]);
    }

    private static byte[] Header(ImageSize size)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, size.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), size.Height);
        header[8] = BitDepth;
        header[9] = IndexedColour;
        return header;
    }

    private static byte[] Compress(PaletteImage image)
    {
        var rowLength = (image.Size.Width + 1) / 2;
        var current = new byte[rowLength];
        var above = new byte[rowLength];
        var filtered = new byte[1 + rowLength];
        filtered[0] = FilterUp;

        var compressed = new MemoryStream();
        using (var deflate = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; y < image.Size.Height; y++)
            {
                Pack(image.Row(y), current);
                for (var i = 0; i < rowLength; i++)
                {
                    filtered[i + 1] = (byte)(current[i] - above[i]);
                }

                deflate.Write(filtered);
                (current, above) = (above, current);
            }
        }

        return compressed.ToArray();
    }

    private static void Pack(ReadOnlySpan<byte> pixels, Span<byte> packed)
    {
        for (var i = 0; i < packed.Length; i++)
        {
            var right = (2 * i) + 1 < pixels.Length ? pixels[(2 * i) + 1] : 0;
            packed[i] = (byte)((pixels[2 * i] << 4) | right);
        }
    }

    private static void WriteChunk(Stream file, string type, ReadOnlySpan<byte> data)
    {
        var chunk = new byte[data.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(data.Length + 8), Crc32.Of(chunk.AsSpan(4, data.Length + 4)));
        file.Write(chunk);
    }
}

/// <summary>The checksum of PNG chunks.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(Entry)];

    public static uint Of(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc = Table[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint Entry(int index)
    {
        var entry = (uint)index;
        for (var bit = 0; bit < 8; bit++)
        {
            entry = (entry & 1) == 1 ? (entry >> 1) ^ Polynomial : entry >> 1;
        }

        return entry;
    }
}
