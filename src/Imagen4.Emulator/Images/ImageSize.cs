namespace Imagen4.Emulator.Images;

/// <summary>The pixels that an aspect ratio and a resolution stand for.</summary>
internal readonly record struct ImageSize(int Width, int Height)
{
    public static ImageSize For(string aspectRatio, string resolution)
    {
        var (width, height) = aspectRatio switch
        {
            "16:9" => (1408, 768),
            "9:16" => (768, 1408),
            "4:3" => (1280, 896),
            "3:4" => (896, 1280),
            _ => (1024, 1024),
        };
        var scale = resolution == "2K" ? 2 : 1;
        return new ImageSize(width * scale, height * scale);
    }

    /// <summary>The same shape, scaled down where a side is longer than this.</summary>
    public ImageSize Within(int pixels)
    {
        // Below this there is nothing to see, and some formats work in blocks of 8.
        const int Least = 16;
        var longest = Math.Max(Width, Height);
        var side = Math.Clamp(pixels, Least, longest);
        return new ImageSize(Math.Max(Least, Width * side / longest), Math.Max(Least, Height * side / longest));
    }
}
