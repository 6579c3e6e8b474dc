namespace Imagen4.Emulator.Images;

/// <summary>A picture of at most 16 colours: one byte a pixel, which is the index of its colour.</summary>
internal sealed class PaletteImage(ImageSize size, IReadOnlyList<Rgb> palette)
{
    public ImageSize Size { get; } = size;

    public IReadOnlyList<Rgb> Palette { get; } = palette;

    public byte[] Pixels { get; } = new byte[size.Width * size.Height];

    public Span<byte> Row(int y) => Pixels.AsSpan(y * Size.Width, Size.Width);
}
