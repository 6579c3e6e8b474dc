using Imagen4.Emulator.Images;
using Imagen4.Emulator.Images.Scenes;
using SkiaSharp;

namespace Imagen4.Emulator.Tests.Images;

/// <summary>What the encoders write is what was painted, for a decoder that knows nothing of them.</summary>
public sealed class EncoderTests
{
    [Theory]
    [InlineData("png")]
    [InlineData("webp")]
    public void Every_pixel_has_the_colour_that_was_painted(string format)
    {
        foreach (var image in Images())
        {
            using (image)
            {
                var picture = Encode(image, format);

                Assert.Equal(Painted(image), picture.Pixels);
            }
        }
    }

    [Fact]
    public void A_JPEG_has_the_colours_that_were_painted_within_its_loss()
    {
        foreach (var image in Images())
        {
            using (image)
            {
                var picture = Encode(image, "jpeg");

                var loss = Painted(image).Zip(picture.Pixels, Picture.Difference).ToList();
                Assert.InRange(loss.Average(), 0, 8);
                Assert.InRange(loss.Count(pixel => pixel > 64) / (double)loss.Count, 0, 0.02);
            }
        }
    }

    private static Picture Encode(PaletteImage image, string format)
    {
        var picture = Picture.Decode(ImageFormat.Named(format).Encode(image));
        Assert.Equal((format, image.Size.Width, image.Size.Height), (picture.Format, picture.Width, picture.Height));
        return picture;
    }

    private static IEnumerable<PaletteImage> Images()
    {
        yield return FlatAndEdges();
        foreach (var size in (ImageSize[])[new(64, 48), new(100, 7), new(1, 1), new(1024, 1024)])
        {
            for (ulong identity = 0; identity < 4; identity++)
            {
                yield return Scene.Paint(StableHash.Of($"{identity}"), size);
            }
        }
    }

    private static SKColor[] Painted(PaletteImage image)
    {
        var colours = new List<SKColor>();
        for (var y = 0; y < image.Size.Height; y++)
        {
            foreach (var pixel in image.Row(y))
            {
                var colour = image.Palette[pixel];
                colours.Add(new SKColor(colour.Red, colour.Green, colour.Blue));
            }
        }

        return [.. colours];
    }

    /// <summary>Half of it flat, half of it edges, in all 16 colours; its width is no multiple of a block.</summary>
    private static PaletteImage FlatAndEdges()
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
