namespace Imagen4.Core.Media;

/// <summary>The image formats the hosts produce.</summary>
/// <param name="Name">The media type.</param>
/// <param name="Extension">The file name's ending, with its dot.</param>
internal sealed record MediaType(string Name, string Extension)
{
    public static readonly MediaType Png = new("image/png", ".png");
    public static readonly MediaType Jpeg = new("image/jpeg", ".jpg");
    public static readonly MediaType Webp = new("image/webp", ".webp");

    /// <summary>Every ending a saved image can have.</summary>
    public static IEnumerable<string> Extensions => [Png.Extension, Jpeg.Extension, Webp.Extension];
}
