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
