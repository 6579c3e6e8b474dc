using System.Numerics;

namespace Imagen4.Emulator.Images;

/// <summary>Shapes on a palette image. Everything is drawn in whole runs of pixels: a file has to cost milliseconds.</summary>
internal sealed class Canvas(PaletteImage image)
{
    public int Width => image.Size.Width;

    public int Height => image.Size.Height;

    /// <summary>The length that radii and heights are measured by, so that a scene looks alike at every size.</summary>
    public double Unit => Math.Min(Width, Height);

    public void Rectangle(double left, double top, double width, double height, byte ink)
    {
        var (x0, x1) = (Clamp(left, Width), Clamp(left + width, Width));
        for (var y = Clamp(top, Height); y < Clamp(top + height, Height); y++)
        {
            image.Row(y)[x0..x1].Fill(ink);
        }
    }

    public void Circle(double centreX, double centreY, double radius, byte ink)
    {
        for (var y = Clamp(centreY - radius, Height); y < Clamp(centreY + radius, Height); y++)
        {
            var dy = y + 0.5 - centreY;
            var half = Math.Sqrt(Math.Max(0, (radius * radius) - (dy * dy)));
            var (x0, x1) = (Clamp(centreX - half, Width), Clamp(centreX + half, Width));
            image.Row(y)[x0..x1].Fill(ink);
        }
    }

    /// <summary>The sky of every scene: bands from the top down to the given height.</summary>
    public void Sky(double horizon)
    {
        for (var band = 0; band < Ink.SkyBands; band++)
        {
            var top = horizon * band / Ink.SkyBands;
            Rectangle(0, top, Width, Height - top, Ink.Sky(band));
        }
    }

    /// <summary>Fills everything below a line that has a height for every column.</summary>
    public void Below(ReadOnlySpan<short> line, byte ink)
    {
        var highest = short.MaxValue;
        foreach (var y in line)
        {
            highest = Math.Min(highest, y);
        }

        for (var y = Math.Max((short)0, highest); y < Height; y++)
        {
            BelowInRow(line, image.Row(y), y, ink);
        }
    }

    // A million pixels a layer: compared and blended a vector at a time.
    private static void BelowInRow(ReadOnlySpan<short> line, Span<byte> row, short y, byte ink)
    {
        var level = new Vector<short>(y);
        var colour = new Vector<byte>(ink);
        var x = 0;
        for (; x <= row.Length - Vector<byte>.Count; x += Vector<byte>.Count)
        {
            var left = Vector.LessThanOrEqual(new Vector<short>(line[x..]), level);
            var right = Vector.LessThanOrEqual(new Vector<short>(line[(x + Vector<short>.Count)..]), level);
            var covered = Vector.AsVectorByte(Vector.Narrow(left, right));
            Vector.ConditionalSelect(covered, colour, new Vector<byte>(row[x..])).CopyTo(row[x..]);
        }

        for (; x < row.Length; x++)
        {
            row[x] = line[x] <= y ? ink : row[x];
        }
    }

    private static int Clamp(double value, int limit) => (int)Math.Clamp(Math.Round(value), 0, limit);
}
