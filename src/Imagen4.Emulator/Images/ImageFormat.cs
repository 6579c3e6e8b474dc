namespace Imagen4.Emulator.Images;

/// <summary>A file format: its name in requests, its content type and its encoder.</summary>
internal sealed record ImageFormat(string Name, string ContentType, Func<PaletteImage, byte[]> Encode)
{
    public static ImageFormat Png { get; } = new("png", "image/png", PngWriter.Write);

    public static ImageFormat Named(string name) => name switch
    {
        _ => Png,
    };
}
