using System.Numerics;

namespace Imagen4.Emulator.Signing;

/// <summary>A point of edwards25519 in extended coordinates (RFC 8032, 5.1.4). Slow and plain: it guards nothing.</summary>
internal readonly record struct EdwardsPoint(BigInteger X, BigInteger Y, BigInteger Z, BigInteger T)
{
    public const int Length = 32;

    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger D = Mod(-121665 * Inverse(121666));
    private static readonly EdwardsPoint Zero = new(0, 1, 1, 0);

    public static EdwardsPoint Base { get; } = FromAffine(
        BigInteger.Parse("15112221349535400772501151409588531511454012693041857206046113283949847762202", null),
        Mod(4 * Inverse(5)));

    public static EdwardsPoint operator +(EdwardsPoint left, EdwardsPoint right)
    {
        var a = Mod((left.Y - left.X) * (right.Y - right.X));
        var b = Mod((left.Y + left.X) * (right.Y + right.X));
        var c = Mod(2 * D * left.T * right.T);
        var d = Mod(2 * left.Z * right.Z);
        var (e, f, g, h) = (b - a, d - c, d + c, b + a);
        return new EdwardsPoint(Mod(e * f), Mod(g * h), Mod(f * g), Mod(e * h));
    }

    public static EdwardsPoint operator *(BigInteger scalar, EdwardsPoint point)
    {
        var sum = Zero;
        for (; scalar > 0; scalar >>= 1)
        {
            sum = scalar.IsEven ? sum : sum + point;
            point += point;
        }

        return sum;
    }

    /// <summary>y, and in its highest bit the sign of x.</summary>
    public byte[] Encode()
    {
        var inverse = Inverse(Z);
        var bytes = LittleEndian.Write(Mod(Y * inverse), Length);
        bytes[^1] |= (byte)(Mod(X * inverse).IsEven ? 0 : 0x80);
        return bytes;
    }

    private static EdwardsPoint FromAffine(BigInteger x, BigInteger y) => new(x, y, 1, Mod(x * y));

    private static BigInteger Mod(BigInteger value)
    {
        var rest = value % P;
        return rest.Sign < 0 ? rest + P : rest;
    }

    private static BigInteger Inverse(BigInteger value) => BigInteger.ModPow(value, P - 2, P);
}
