using System.Buffers.Binary;
using System.IO.Hashing;
using Imagen4.Emulator.Images;

namespace Imagen4.Core.Tests.Support;

/// <summary>Small real images, from the emulator's own writers and by hand.</summary>
internal static class Pictures
{
    public static byte[] Png { get; } = Encode(ImageFormat.Png, 40, 30);

    public static byte[] Jpeg { get; } = Encode(ImageFormat.Jpeg, 40, 30);

    public static byte[] Webp { get; } = Encode(ImageFormat.Webp, 40, 30);

    /// <summary>The headers of a lossy WebP of 550 x 368.</summary>
    public static byte[] LossyWebp { get; } =
        [.. "RIFF"u8, 22, 0, 0, 0, .. "WEBPVP8 "u8, 10, 0, 0, 0, 0x30, 0x01, 0x00, 0x9D, 0x01, 0x2A, 0x26, 0x02, 0x70, 0x01];

    /// <summary>The headers of an extended WebP of 4096 x 3.</summary>
    public static byte[] ExtendedWebp { get; } =
    [
        .. "RIFF"u8, 40, 0, 0, 0, .. "WEBPVP8X"u8, 10, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0x0F, 0x00, 0x02, 0x00, 0x00, .. LossyWebp[12..],
    ];

    /// <summary>A PNG of some length, most of which is a chunk of bytes that no encoder can make smaller.</summary>
    public static byte[] LargePng(int length)
    {
        var filler = new byte[length];
        new Random(length).NextBytes(filler);
        return [.. Png[..^12], .. Chunk("raNd", filler), .. Png[^12..]];
    }

    /// <summary>A chunk of a PNG.</summary>
    public static byte[] Chunk(string type, byte[] data)
    {
        byte[] chunk = [0, 0, 0, 0, .. System.Text.Encoding.ASCII.GetBytes(type), .. data, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc32.HashToUInt32(chunk.AsSpan(4, data.Length + 4)));
        return chunk;
    }

    /// <summary>A PNG with the checksums of what is in its chunks.</summary>
    public static byte[] Resealed(byte[] png)
    {
        var sealedAgain = png[..8].ToList();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            sealedAgain.AddRange(Chunk(System.Text.Encoding.ASCII.GetString(png, at + 4, 4), png[(at + 8)..(at + 8 + length)]));
            at += length + 12;
        }

        return [.. sealedAgain];
    }

    public static byte[] Encode(ImageFormat format, int width, int height)
    {
        using var image = new PaletteImage(new ImageSize(width, height), [new Rgb(200, 30, 30), new Rgb(30, 30, 200)]);
        for (var y = 0; y < height; y++)
        {
            var row = image.Row(y);
            for (var x = 0; x < width; x++)
            {
                row[x] = (byte)((x + y) / 7 % 2);
            }
        }

        return format.Encode(image);
    }
}
