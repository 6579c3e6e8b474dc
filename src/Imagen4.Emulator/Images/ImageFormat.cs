using Imagen4.Emulator.Images.Jpeg;
using Imagen4.Emulator.Images.Png;
using Imagen4.Emulator.Images.Webp;

namespace Imagen4.Emulator.Images;

/// <summary>A file format: its name in requests, its content type and its encoder.</summary>
internal sealed record ImageFormat(string Name, string ContentType, Func<PaletteImage, byte[]> Encode)
{
    public static ImageFormat Png { get; } = new("png", "image/png", PngWriter.Write);

    public static ImageFormat Jpeg { get; } = new("jpeg", "image/jpeg", JpegWriter.Write);

    public static ImageFormat Webp { get; } = new("webp", "image/webp", WebpWriter.Write);

    public static ImageFormat Named(string name) => name switch
    {
        "jpeg" => Jpeg,
        "webp" => Webp,
        _ => Png,
    };
}
