using System.Security.Cryptography;
using Imagen4.Emulator.Images;

namespace Imagen4.Emulator.Tests.Images;

/// <summary>
/// The bytes of one small picture. dwebp and djpeg decoded exactly these to the picture that was painted (the JPEG within its loss):
/// whoever changes an encoder decodes its output again before changing a hash.
/// </summary>
public sealed class EncoderTests
{
    [Theory]
    [InlineData("webp", "68a1c9aaa6cef8571ba595eac16d75b2b0d042c97885ebf72bd46903ae79aba0")]
    [InlineData("jpeg", "02bb4fbdfbccc793d472d4737c4fbe2712b98f89e4115f2410efce76ee00f85a")]
    public void Bytes_are_those_that_were_decoded_by_hand(string format, string hash)
    {
        using var image = Paint();

        var file = ImageFormat.Named(format).Encode(image);

        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(file)));
    }

    /// <summary>Half of it flat, half of it edges, in all 16 colours; its width is no multiple of a block.</summary>
    private static PaletteImage Paint()
    {
        var palette = Enumerable.Range(0, 16).Select(i => new Rgb((byte)(16 * i), (byte)(255 - (9 * i)), (byte)(40 + (100 * (i % 3)))));
        var image = new PaletteImage(new ImageSize(101, 60), [.. palette]);
        for (var y = 0; y < 60; y++)
        {
            for (var x = 50; x < 101; x++)
            {
                image.Row(y)[x] = (byte)(((x / 5) + (y / 3)) % 16);
            }
        }

        return image;
    }
}
