using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Imagen4.Emulator.Tests.Images;

/// <summary>Reads a palette PNG in full, with nothing of the code that wrote it: chunks, checksums, filters, pixels.</summary>
internal sealed class PngDecoder
{
    private PngDecoder(int width, int height, byte[] pixels, byte[] palette)
    {
        Width = width;
        Height = height;
        Pixels = pixels;
        Palette = palette;
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>One byte a pixel: the index of its colour.</summary>
    public byte[] Pixels { get; }

    public byte[] Palette { get; }

    public static PngDecoder Decode(byte[] file)
    {
        Assert.Equal("89504E470D0A1A0A", Convert.ToHexString(file.AsSpan(0, 8)));
        var chunks = Chunks(file).ToList();
        Assert.Equal(["IHDR", "PLTE", "IDAT", "IEND"], chunks.Select(chunk => chunk.Type));

        var header = chunks[0].Data;
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)));
        Assert.Equal(new byte[] { 4, 3, 0, 0, 0 }, header[8..]);
        Assert.Equal(48, chunks[1].Data.Length);
        return new PngDecoder(width, height, Unpack(Inflate(chunks[2].Data), width, height), chunks[1].Data);
    }

    private static IEnumerable<(string Type, byte[] Data)> Chunks(byte[] file)
    {
        for (var at = 8; at < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            var body = file.AsSpan(at + 4, length + 4).ToArray();
            Assert.Equal(Checksum(body), BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length)));
            yield return (Encoding.ASCII.GetString(body, 0, 4), body[4..]);
            at += 12 + length;
        }
    }

    private static byte[] Inflate(byte[] data)
    {
        using var inflated = new MemoryStream();
        using var zlib = new ZLibStream(new MemoryStream(data), CompressionMode.Decompress);
        zlib.CopyTo(inflated);
        return inflated.ToArray();
    }

    private static byte[] Unpack(byte[] rows, int width, int height)
    {
        var rowLength = (width + 1) / 2;
        Assert.Equal(height * (rowLength + 1), rows.Length);
        var pixels = new byte[width * height];
        var above = new byte[rowLength];
        for (var y = 0; y < height; y++)
        {
            var row = rows.AsSpan(y * (rowLength + 1), rowLength + 1);
            Assert.InRange(row[0], 0, 2);
            for (var i = 0; i < rowLength; i++)
            {
                var left = row[0] == 1 && i > 0 ? above[i - 1] : 0;
                var up = row[0] == 2 ? above[i] : 0;
                above[i] = (byte)(row[i + 1] + left + up);
                pixels[(y * width) + (2 * i)] = (byte)(above[i] >> 4);
                pixels[(y * width) + (2 * i) + 1] = (byte)(above[i] & 15);
            }
        }

        return pixels;
    }

    private static uint Checksum(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }
}
