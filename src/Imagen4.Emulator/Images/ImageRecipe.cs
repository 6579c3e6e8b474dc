using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Images.Scenes;

namespace Imagen4.Emulator.Images;

/// <summary>All that one picture follows from. Jobs keep recipes, not bytes: a file is rendered whenever it is asked for.</summary>
internal sealed record ImageRecipe(ulong Identity, ImageSize Size, ImageFormat Format, int Index)
{
    public string FileName => $"image-{Index}.{Format.Name}";

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

    public byte[] Render()
    {
        using var image = Scene.Paint(Identity, Size);
        return Format.Encode(image);
    }
}
