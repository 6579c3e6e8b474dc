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

    public static byte[] Write(PaletteImage image)
    {
        using var file = new MemoryStream();
        file.Write(Signature);
        WriteChunk(file, "IHDR", Header(image.Size));
        WriteChunk(file, "PLTE", [.. image.Palette.SelectMany(colour => new[] { colour.Red, colour.Green, colour.Blue })]);
        WriteChunk(file, "IDAT", Compress(image));
        WriteChunk(file, "IEND", []);
        return file.ToArray();
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

    private static ReadOnlySpan<byte> Compress(PaletteImage image)
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

        return compressed.GetBuffer().AsSpan(0, (int)compressed.Length);
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
