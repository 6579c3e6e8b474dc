using Imagen4.Emulator.Images;
using Imagen4.Emulator.Images.Png;
using Imagen4.Emulator.Images.Scenes;

namespace Imagen4.Emulator.Tests.Images;

public sealed class PngWriterTests
{
    [Theory]
    [InlineData(64, 48)]
    [InlineData(100, 7)]
    [InlineData(1024, 1024)]
    public void Decodes_to_the_pixels_and_colours_that_were_painted(int width, int height)
    {
        for (ulong identity = 0; identity < 8; identity++)
        {
            using var image = Scene.Paint(StableHash.Of($"{identity}"), new ImageSize(width, height));

            var decoded = PngDecoder.Decode(PngWriter.Write(image));

            Assert.Equal((width, height), (decoded.Width, decoded.Height));
            Assert.Equal(image.Palette.SelectMany(colour => new[] { colour.Red, colour.Green, colour.Blue }), decoded.Palette);
            for (var y = 0; y < height; y++)
            {
                Assert.Equal(image.Row(y), decoded.Pixels.AsSpan(y * width, width));
            }
        }
    }
}
