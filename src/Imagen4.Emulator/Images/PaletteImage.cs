using System.Buffers;

namespace Imagen4.Emulator.Images;

/// <summary>A picture of at most 16 colours: one byte a pixel, which is the index of its colour.</summary>
internal sealed class PaletteImage(ImageSize size, IReadOnlyList<Rgb> palette) : IDisposable
{
    // A megabyte and more: borrowed, because the collector would have to look at everything for every few pictures.
    private readonly byte[] _pixels = Borrow(size.Width * size.Height);

    public ImageSize Size { get; } = size;

    public IReadOnlyList<Rgb> Palette { get; } = palette;

    public Span<byte> Row(int y) => _pixels.AsSpan(y * Size.Width, Size.Width);

    public void Dispose() => ArrayPool<byte>.Shared.Return(_pixels);

    private static byte[] Borrow(int length)
    {
        var pixels = ArrayPool<byte>.Shared.Rent(length);
        Array.Clear(pixels);
        return pixels;
    }
}

/// <summary>A colour.</summary>
internal readonly record struct Rgb(byte Red, byte Green, byte Blue)
{
    /// <param name="hue">In turns; only the fraction counts.</param>
    /// <param name="saturation">From 0 to 1.</param>
    /// <param name="lightness">From 0 to 1.</param>
    public static Rgb FromHsl(double hue, double saturation, double lightness)
    {
        var amplitude = saturation * Math.Min(lightness, 1 - lightness);
        return new Rgb(Channel(0), Channel(8), Channel(4));

        byte Channel(int offset)
        {
            var position = (offset + ((hue - Math.Floor(hue)) * 12)) % 12;
            return (byte)Math.Round(255 * (lightness - (amplitude * Math.Clamp(Math.Min(position - 3, 9 - position), -1, 1))));
        }
    }
}
