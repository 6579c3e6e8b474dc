using System.Numerics;

namespace Imagen4.Emulator.Images.Webp;

/// <summary>One pixel as it is, or a run that repeats what is to the left or above.</summary>
/// <param name="Value">The pixel, or the distance symbol of the run.</param>
/// <param name="Length">The length of the run; 0 for a pixel.</param>
internal readonly record struct Token(int Value, int Length)
{
    /// <summary>The symbols of the two distances that have the shortest names in the format.</summary>
    public const int Above = 0;
    public const int Left = 1;

    private const int ShortestRun = 3;
    private const int LongestRun = 4096;

    public bool IsCopy => Length > 0;

    // Lengths are a prefix (which power of two, which half of it) and the bits below that.
    public int LengthPrefix => Length <= 4 ? Length - 1 : (2 * HighBit) + (((Length - 1) >> (HighBit - 1)) & 1);

    public int LengthExtraBits => Length <= 4 ? 0 : HighBit - 1;

    public uint LengthExtra => (uint)(Length - 1) & ((1u << LengthExtraBits) - 1);

    private int HighBit => BitOperations.Log2((uint)(Length - 1));

    public static List<Token> AllOf(ReadOnlySpan<byte> pixels, int width)
    {
        var tokens = new List<Token>();
        for (var at = 0; at < pixels.Length;)
        {
            var left = RunAt(pixels, at, 1);
            var above = RunAt(pixels, at, width);
            var run = Math.Max(left, above);
            if (run >= ShortestRun)
            {
                tokens.Add(new Token(above >= left ? Above : Left, run));
                at += run;
            }
            else
            {
                tokens.Add(new Token(pixels[at++], 0));
            }
        }

        return tokens;
    }

    private static int RunAt(ReadOnlySpan<byte> pixels, int at, int distance)
    {
        if (at < distance)
        {
            return 0;
        }

        var rest = pixels.Slice(at, Math.Min(LongestRun, pixels.Length - at));
        return rest.CommonPrefixLength(pixels.Slice(at - distance, rest.Length));
    }
}
