using System.Numerics;

namespace Imagen4.Core.Webhooks;

/// <summary>
/// A point of edwards25519 in extended coordinates (RFC 8032, 5.1.4). Not in constant time: verifying handles nothing secret.
/// </summary>
internal readonly record struct EdwardsPoint(BigInteger X, BigInteger Y, BigInteger Z, BigInteger T)
{
    /// <summary>The length of an encoded point, in bytes.</summary>
    public const int EncodedLength = 32;

    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger D = Reduce(-121665 * Inverse(121666));
    private static readonly BigInteger RootOfMinusOne = BigInteger.ModPow(2, (P - 1) / 4, P);
    private static readonly EdwardsPoint Neutral = new(0, 1, 1, 0);

    /// <summary>The base point: y is 4/5, x is even.</summary>
    public static EdwardsPoint Base { get; } = FromY(Reduce(4 * Inverse(5)), isOdd: false)!.Value;

    /// <summary>Whether eight times the point is the neutral one: such a key signs anything.</summary>
    public bool IsOfSmallOrder
    {
        get
        {
            var eightfold = Double().Double().Double();
            return eightfold.X.IsZero && eightfold.Y == eightfold.Z;
        }
    }

    /// <summary>Decodes a point (RFC 8032, 5.1.3).</summary>
    /// <returns>The point, or null where the bytes are none, or not the one way to write it.</returns>
    public static EdwardsPoint? Decode(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length != EncodedLength)
        {
            return null;
        }

        var value = new BigInteger(encoded, isUnsigned: true);
        var isOdd = !(value >> 255).IsZero;
        var y = value & ((BigInteger.One << 255) - 1);
        return y < P ? FromY(y, isOdd) : null;
    }

    /// <summary>Encodes the point (RFC 8032, 5.1.2).</summary>
    public byte[] Encode()
    {
        var inverse = Inverse(Z);
        var encoded = Reduce(Y * inverse) | ((Reduce(X * inverse) & 1) << 255);
        var bytes = new byte[EncodedLength];
        encoded.TryWriteBytes(bytes, out _, isUnsigned: true);
        return bytes;
    }

    /// <summary>The point a number of times.</summary>
    public EdwardsPoint Times(BigInteger factor)
    {
        var sum = Neutral;
        for (var bit = (int)factor.GetBitLength() - 1; bit >= 0; bit--)
        {
            sum = sum.Double();
            if (!((factor >> bit) & 1).IsZero)
            {
                sum += this;
            }
        }

        return sum;
    }

    public static EdwardsPoint operator +(EdwardsPoint left, EdwardsPoint right)
    {
        var a = Reduce((left.Y - left.X) * (right.Y - right.X));
        var b = Reduce((left.Y + left.X) * (right.Y + right.X));
        var c = Reduce(2 * left.T * right.T * D);
        var d = Reduce(2 * left.Z * right.Z);
        return FromParts(e: b - a, f: d - c, g: d + c, h: b + a);
    }

    public static EdwardsPoint operator -(EdwardsPoint point) => new(Reduce(-point.X), point.Y, point.Z, Reduce(-point.T));

    private EdwardsPoint Double()
    {
        var a = Reduce(X * X);
        var b = Reduce(Y * Y);
        var h = a + b;
        var e = h - Reduce((X + Y) * (X + Y));
        var g = a - b;
        return FromParts(e, f: Reduce(2 * Z * Z) + g, g, h);
    }

    // The common end of both formulas: X = EF, Y = GH, Z = FG, T = EH.
    private static EdwardsPoint FromParts(BigInteger e, BigInteger f, BigInteger g, BigInteger h) =>
        new(Reduce(e * f), Reduce(g * h), Reduce(f * g), Reduce(e * h));

    private static EdwardsPoint? FromY(BigInteger y, bool isOdd)
    {
        var square = Reduce(((y * y) - 1) * Inverse(Reduce((D * y * y) + 1)));
        if (square.IsZero)
        {
            // x is 0, and -0 is not a way to write it.
            return isOdd ? null : new EdwardsPoint(0, y, 1, 0);
        }

        var x = BigInteger.ModPow(square, (P + 3) / 8, P);
        x = Reduce(x * x) == square ? x : Reduce(x * RootOfMinusOne);
        if (Reduce(x * x) != square)
        {
            return null;
        }

        x = x.IsEven == isOdd ? P - x : x;
        return new EdwardsPoint(x, y, 1, Reduce(x * y));
    }

    private static BigInteger Inverse(BigInteger value) => BigInteger.ModPow(Reduce(value), P - 2, P);

    private static BigInteger Reduce(BigInteger value)
    {
        var rest = BigInteger.Remainder(value, P);
        return rest.Sign < 0 ? rest + P : rest;
    }
}
