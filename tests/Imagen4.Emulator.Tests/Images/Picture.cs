using SkiaSharp;

namespace Imagen4.Emulator.Tests.Images;

/// <summary>What somebody else's decoder sees in a file.</summary>
/// <param name="Format">The file's format.</param>
/// <param name="Width">Its width.</param>
/// <param name="Height">Its height.</param>
/// <param name="Pixels">Its colours, row by row.</param>
internal sealed record Picture(string Format, int Width, int Height, SKColor[] Pixels)
{
    /// <summary>Decodes a whole file; one that ends early or has a wrong checksum fails.</summary>
    public static Picture Decode(byte[] file)
    {
        using var codec = SKCodec.Create(new MemoryStream(file), out var opened);
        Assert.Equal(SKCodecResult.Success, opened);
        using var bitmap = new SKBitmap(codec.Info.WithColorType(SKColorType.Rgba8888).WithAlphaType(SKAlphaType.Unpremul));
        Assert.Equal(SKCodecResult.Success, codec.GetPixels(bitmap.Info, bitmap.GetPixels()));
        return new Picture(codec.EncodedFormat.ToString().ToLowerInvariant(), bitmap.Width, bitmap.Height, bitmap.Pixels);
    }

    /// <summary>How far two colours are apart, from 0 to 255.</summary>
    public static double Difference(SKColor one, SKColor other) =>
        (Math.Abs(one.Red - other.Red) + Math.Abs(one.Green - other.Green) + Math.Abs(one.Blue - other.Blue)) / 3.0;
}
