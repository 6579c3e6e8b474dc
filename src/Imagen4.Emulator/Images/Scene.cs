namespace Imagen4.Emulator.Images;

/// <summary>Paints the picture that belongs to an identity.</summary>
internal static class Scene
{
    public static PaletteImage Paint(ulong identity, ImageSize size)
    {
        var hue = (identity & 0xFFFF) / 65536.0;
        var palette = Enumerable.Range(0, 16).Select(i => Rgb.FromHsl(hue + (i * 0.02), 0.6, 0.2 + (i * 0.045))).ToArray();
        var image = new PaletteImage(size, palette);
        for (var y = 0; y < size.Height; y++)
        {
            image.Row(y).Fill((byte)(16 * y / size.Height));
        }

        return image;
    }
}
