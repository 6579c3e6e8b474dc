namespace Imagen4.Emulator.Images.Jpeg;

/// <summary>Writes a baseline JPEG without subsampling. Most blocks of a scene are flat, and flat blocks cost next to nothing.</summary>
internal static class JpegWriter
{
    private const int Components = 3;

    public static byte[] Write(PaletteImage image)
    {
        using var file = new MemoryStream();
        file.Write([0xFF, 0xD8]);
        WriteSegment(file, 0xE0, [.. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0]);
        WriteSegment(file, 0xDB, [0, .. ForwardDct.Quantisation]);
        WriteSegment(file, 0xC0, Frame(image.Size));
        WriteSegment(file, 0xC4, [0x00, .. JpegHuffmanTable.Dc.Counts, .. JpegHuffmanTable.Dc.Symbols]);
        WriteSegment(file, 0xC4, [0x10, .. JpegHuffmanTable.Ac.Counts, .. JpegHuffmanTable.Ac.Symbols]);
        WriteSegment(file, 0xDA, [Components, 1, 0, 2, 0, 3, 0, 0, 63, 0]);
        WriteBlocks(file, image);
        file.Write([0xFF, 0xD9]);
        return file.ToArray();
    }

    private static byte[] Frame(ImageSize size) =>
    [
        8, (byte)(size.Height >> 8), (byte)size.Height, (byte)(size.Width >> 8), (byte)size.Width,
        Components, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0,
    ];

    private static void WriteSegment(Stream file, byte marker, ReadOnlySpan<byte> content)
    {
        var length = content.Length + 2;
        file.Write([0xFF, marker, (byte)(length >> 8), (byte)length]);
        file.Write(content);
    }

    private static void WriteBlocks(Stream file, PaletteImage image)
    {
        var output = new JpegBitWriter(file);
        float[][] planes = [.. Enumerable.Range(0, Components).Select(component => Plane(image.Palette, component))];
        Span<int> previous = stackalloc int[Components];
        Span<byte> block = stackalloc byte[ForwardDct.BlockLength];
        Span<float> samples = stackalloc float[ForwardDct.BlockLength];
        Span<int> coefficients = stackalloc int[ForwardDct.BlockLength];
        for (var y = 0; y < image.Size.Height; y += ForwardDct.Side)
        {
            for (var x = 0; x < image.Size.Width; x += ForwardDct.Side)
            {
                ReadBlock(image, x, y, block);
                var flat = !block.ContainsAnyExcept(block[0]);
                for (var component = 0; component < Components; component++)
                {
                    var plane = planes[component];
                    if (flat)
                    {
                        coefficients.Clear();
                        coefficients[0] = ForwardDct.Flat(plane[block[0]]);
                    }
                    else
                    {
                        for (var i = 0; i < block.Length; i++)
                        {
                            samples[i] = plane[block[i]];
                        }

                        ForwardDct.Transform(samples, coefficients);
                    }

                    WriteBlock(output, coefficients, flat, ref previous[component]);
                }
            }
        }

        output.Finish();
    }

    /// <summary>Copies a block; one that reaches over the edge repeats the last row and column.</summary>
    private static void ReadBlock(PaletteImage image, int x, int y, Span<byte> block)
    {
        var width = Math.Min(ForwardDct.Side, image.Size.Width - x);
        for (var i = 0; i < ForwardDct.Side; i++)
        {
            var row = image.Row(Math.Min(y + i, image.Size.Height - 1)).Slice(x, width);
            var target = block.Slice(i * ForwardDct.Side, ForwardDct.Side);
            row.CopyTo(target);
            target[width..].Fill(row[^1]);
        }
    }

    private static void WriteBlock(JpegBitWriter output, ReadOnlySpan<int> coefficients, bool flat, ref int previous)
    {
        var difference = coefficients[0] - previous;
        previous = coefficients[0];
        WriteNumber(output, JpegHuffmanTable.Dc, run: 0, difference);

        var zeros = 0;
        for (var k = 1; k < coefficients.Length && !flat; k++)
        {
            if (coefficients[k] == 0)
            {
                zeros++;
                continue;
            }

            for (; zeros > 15; zeros -= 16)
            {
                JpegHuffmanTable.Ac.Write(output, 0xF0);
            }

            WriteNumber(output, JpegHuffmanTable.Ac, zeros, coefficients[k]);
            zeros = 0;
        }

        if (zeros > 0 || flat)
        {
            JpegHuffmanTable.Ac.Write(output, 0x00);
        }
    }

    // A code for the zeros before the number and its length in bits, then the bits; negative numbers are one less.
    private static void WriteNumber(JpegBitWriter output, JpegHuffmanTable table, int run, int value)
    {
        var length = 32 - int.LeadingZeroCount(Math.Abs(value));
        table.Write(output, (run << 4) | length);
        if (length > 0)
        {
            var bits = value < 0 ? value - 1 : value;
            output.Write((uint)bits & ((1u << length) - 1), length);
        }
    }

    private static float[] Plane(IReadOnlyList<Rgb> palette, int component) => [.. palette.Select(colour => Sample(colour, component))];

    /// <summary>One component of YCbCr, around zero.</summary>
    private static float Sample(Rgb colour, int component) => component switch
    {
        0 => (0.299f * colour.Red) + (0.587f * colour.Green) + (0.114f * colour.Blue) - 128,
        1 => (-0.168736f * colour.Red) - (0.331264f * colour.Green) + (0.5f * colour.Blue),
        _ => (0.5f * colour.Red) - (0.418688f * colour.Green) - (0.081312f * colour.Blue),
    };
}
