using System.Buffers.Binary;

namespace Imagen4.Emulator.Images.Webp;

/// <summary>Writes a lossless WebP (VP8L): a palette, two pixels a byte, and runs copied from the left or from the row above.</summary>
internal static class WebpWriter
{
    private const byte Signature = 0x2F;
    private const int ColourIndexing = 3;
    private const int LiteralSymbols = 256;
    private const int GreenSymbols = LiteralSymbols + 24;
    private const int DistanceSymbols = 40;
    private const uint Opaque = 255;

    public static byte[] Write(PaletteImage image)
    {
        var output = new WebpBitWriter();
        output.Write(Signature, 8);
        output.Write((uint)image.Size.Width - 1, 14);
        output.Write((uint)image.Size.Height - 1, 14);
        output.Write(0, 4);
        WritePalette(output, image.Palette);
        WritePixels(output, image);
        return Container(output.Finish());
    }

    private static byte[] Container(byte[] content)
    {
        var padded = (content.Length + 1) & ~1;
        var file = new byte[20 + padded];
        "RIFF"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        "WEBPVP8L"u8.CopyTo(file.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), content.Length);
        content.CopyTo(file, 20);
        return file;
    }

    /// <summary>The palette is a picture one pixel high in which every colour is the difference to the one before.</summary>
    private static void WritePalette(WebpBitWriter output, IReadOnlyList<Rgb> palette)
    {
        output.Write(1, 1);
        output.Write(ColourIndexing, 2);
        output.Write((uint)palette.Count - 1, 8);
        output.Write(0, 1);

        var differences = palette.Select((colour, i) => Difference(colour, i == 0 ? default : palette[i - 1])).ToArray();
        var green = new BalancedCode(GreenSymbols, differences.Select(colour => (int)colour.Green));
        var red = new BalancedCode(LiteralSymbols, differences.Select(colour => (int)colour.Red));
        var blue = new BalancedCode(LiteralSymbols, differences.Select(colour => (int)colour.Blue));
        var alpha = new BalancedCode(LiteralSymbols, [(int)Opaque, 0]);
        foreach (var code in (BalancedCode[])[green, red, blue, alpha, new BalancedCode(DistanceSymbols, [0])])
        {
            code.WriteTo(output);
        }

        for (var i = 0; i < differences.Length; i++)
        {
            green.WriteSymbol(output, differences[i].Green);
            red.WriteSymbol(output, differences[i].Red);
            blue.WriteSymbol(output, differences[i].Blue);
            alpha.WriteSymbol(output, i == 0 ? (int)Opaque : 0);
        }
    }

    private static Rgb Difference(Rgb colour, Rgb previous) =>
        new((byte)(colour.Red - previous.Red), (byte)(colour.Green - previous.Green), (byte)(colour.Blue - previous.Blue));

    private static void WritePixels(WebpBitWriter output, PaletteImage image)
    {
        var width = (image.Size.Width + 1) / 2;
        var tokens = Token.AllOf(Pack(image, width), width);
        var green = new BalancedCode(GreenSymbols, tokens.Select(GreenSymbol));
        var distance = new BalancedCode(DistanceSymbols, [Token.Above, Token.Left]);
        var zero = new BalancedCode(LiteralSymbols, [0]);

        // No further transform, no colour cache, one set of codes for the whole picture.
        output.Write(0, 3);
        foreach (var code in (BalancedCode[])[green, zero, zero, new BalancedCode(LiteralSymbols, [(int)Opaque]), distance])
        {
            code.WriteTo(output);
        }

        foreach (var token in tokens)
        {
            green.WriteSymbol(output, GreenSymbol(token));
            if (token.IsCopy)
            {
                output.Write(token.LengthExtra, token.LengthExtraBits);
                distance.WriteSymbol(output, token.Value);
            }
        }
    }

    private static int GreenSymbol(Token token) => token.IsCopy ? LiteralSymbols + token.LengthPrefix : token.Value;

    private static byte[] Pack(PaletteImage image, int width)
    {
        var packed = new byte[width * image.Size.Height];
        for (var y = 0; y < image.Size.Height; y++)
        {
            var row = image.Row(y);
            for (var i = 0; i < width; i++)
            {
                var right = (2 * i) + 1 < row.Length ? row[(2 * i) + 1] : 0;
                packed[(y * width) + i] = (byte)(row[2 * i] | (right << 4));
            }
        }

        return packed;
    }
}
