namespace Imagen4.Emulator.Images.Jpeg;

/// <summary>The cosine transform of an 8×8 block, quantised, in the zigzag order of the file.</summary>
internal static class ForwardDct
{
    public const int Side = 8;
    public const int BlockLength = Side * Side;

    private static readonly byte[] Quality50 =
    [
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55,
        14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
        18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
        49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
    ];

    private static readonly float[] Cosines = [.. Enumerable.Range(0, BlockLength).Select(Cosine)];
    private static readonly int[] Zigzag = [.. Enumerable.Range(0, BlockLength).OrderBy(ZigzagRank)];

    /// <summary>The divisors in zigzag order: those of the standard's example (annex K) at quality 85.</summary>
    public static byte[] Quantisation { get; } = [.. Zigzag.Select(i => (byte)Math.Max(1, ((Quality50[i] * 30) + 50) / 100))];

    /// <summary>What the transform gives for a block of one value: no cosines are needed.</summary>
    public static int Flat(float value) => Quantise(value * Side, 0);

    /// <param name="samples">64 values around zero, row by row.</param>
    /// <param name="coefficients">Takes 64 quantised coefficients in zigzag order.</param>
    public static void Transform(ReadOnlySpan<float> samples, Span<int> coefficients)
    {
        Span<float> rows = stackalloc float[BlockLength];
        for (var y = 0; y < Side; y++)
        {
            for (var u = 0; u < Side; u++)
            {
                rows[(y * Side) + u] = Dot(samples[(y * Side)..], 1, u);
            }
        }

        for (var k = 0; k < BlockLength; k++)
        {
            var (v, u) = Math.DivRem(Zigzag[k], Side);
            coefficients[k] = Quantise(Dot(rows[u..], Side, v), k);
        }
    }

    private static float Dot(ReadOnlySpan<float> values, int step, int frequency)
    {
        var sum = 0f;
        for (var i = 0; i < Side; i++)
        {
            sum += values[i * step] * Cosines[(frequency * Side) + i];
        }

        return sum;
    }

    private static int Quantise(float coefficient, int k) => (int)MathF.Round(coefficient / Quantisation[k]);

    private static float Cosine(int index)
    {
        var (frequency, position) = Math.DivRem(index, Side);
        var scale = frequency == 0 ? Math.Sqrt(1.0 / Side) : Math.Sqrt(2.0 / Side);
        return (float)(scale * Math.Cos(((2 * position) + 1) * frequency * Math.PI / (2 * Side)));
    }

    // Diagonals from the top left, each walked in the direction opposite to the one before it.
    private static int ZigzagRank(int index)
    {
        var (y, x) = Math.DivRem(index, Side);
        return ((x + y) * Side) + ((x + y) % 2 == 0 ? x : y);
    }
}
