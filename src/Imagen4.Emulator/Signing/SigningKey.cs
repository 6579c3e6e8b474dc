using System.Numerics;
using System.Security.Cryptography;

namespace Imagen4.Emulator.Signing;

/// <summary>Ed25519 signing (RFC 8032, 5.1), which .NET does not have. For keys that guard nothing: its time tells the key.</summary>
internal sealed class SigningKey
{
    public const int SeedLength = 32;

    private static readonly BigInteger Order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", null);

    private readonly BigInteger _scalar;
    private readonly byte[] _prefix;

    public SigningKey(ReadOnlySpan<byte> seed)
    {
        var hash = SHA512.HashData(seed);
        hash[0] &= 0b1111_1000;
        hash[31] &= 0b0111_1111;
        hash[31] |= 0b0100_0000;
        _scalar = LittleEndian.Read(hash.AsSpan(0, 32));
        _prefix = hash[32..];
        PublicKey = (_scalar * EdwardsPoint.Base).Encode();
    }

    public byte[] PublicKey { get; }

    public static SigningKey Create() => new(RandomNumberGenerator.GetBytes(SeedLength));

    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var nonce = HashToScalar([.. _prefix, .. message]);
        var commitment = (nonce * EdwardsPoint.Base).Encode();
        var challenge = HashToScalar([.. commitment, .. PublicKey, .. message]);
        var answer = (nonce + (challenge * _scalar)) % Order;
        return [.. commitment, .. LittleEndian.Write(answer, 32)];
    }

    private static BigInteger HashToScalar(ReadOnlySpan<byte> bytes) => LittleEndian.Read(SHA512.HashData(bytes)) % Order;
}
