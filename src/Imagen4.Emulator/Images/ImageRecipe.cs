using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Images.Jpeg;
using Imagen4.Emulator.Images.Png;
using Imagen4.Emulator.Images.Scenes;
using Imagen4.Emulator.Images.Webp;

namespace Imagen4.Emulator.Images;

/// <summary>All that one picture follows from. Jobs keep recipes, not bytes: a file is rendered whenever it is asked for.</summary>
internal sealed record ImageRecipe(ulong Identity, ImageSize Size, ImageFormat Format, int Index)
{
    // Of the last size asked for: what is measured with such files is the client, not the painting.
    private static volatile PaddedFile? _padded;

    public string FileName => $"image-{Index}.{Format.Name}";

    /// <summary>How long the file is to be, in bytes; 0 for as long as its picture takes.</summary>
    public int Length { get; private init; }

    public static IReadOnlyList<ImageRecipe> AllOf(GenerationInput input, long seed)
    {
        var size = ImageSize.For(input.AspectRatio, input.Resolution);
        var format = ImageFormat.Named(input.OutputFormat);
        return
        [
            .. Enumerable.Range(1, input.NumImages).Select(index => new ImageRecipe(
                StableHash.Of($"{input.Prompt}\0{input.NegativePrompt}\0{seed}\0{index}"), size, format, index)),
        ];
    }

    /// <summary>The same picture with no side longer than this: painting is most of what a file costs.</summary>
    public ImageRecipe Within(int pixels) => this with { Size = Size.Within(pixels) };

    /// <summary>A PNG of this length, the same for every job: as large as the files of a real model, at no cost.</summary>
    public ImageRecipe PaddedTo(int length) => this with { Identity = 0, Format = ImageFormat.Png, Length = length };

    public byte[] Render()
    {
        if (_padded is { } padded && padded.Recipe == this with { Index = 0 })
        {
            return padded.Content;
        }

        using var image = Scene.Paint(Identity, Size);
        if (Length == 0)
        {
            return Format.Encode(image);
        }

        var content = PngWriter.Pad(image, Length);
        _padded = new PaddedFile(this with { Index = 0 }, content);
        return content;
    }
}

/// <summary>A file that was padded once, for all jobs that ask for its like.</summary>
internal sealed record PaddedFile(ImageRecipe Recipe, byte[] Content);

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
            "3:2" => (1248, 832),
            "2:3" => (832, 1248),
            "5:4" => (1152, 896),
            "4:5" => (896, 1152),
            "21:9" => (1536, 672),
            "4:1" => (2048, 512),
            "1:4" => (512, 2048),
            "8:1" => (2944, 368),
            "1:8" => (368, 2944),
            _ => (1024, 1024),
        };
        var quarters = resolution switch
        {
            "0.5K" => 2,
            "2K" => 8,
            "4K" => 16,
            _ => 4,
        };
        return new ImageSize(width * quarters / 4, height * quarters / 4);
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
