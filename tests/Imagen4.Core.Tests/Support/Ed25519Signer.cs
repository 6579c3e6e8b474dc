using System.Numerics;
using System.Security.Cryptography;
using Imagen4.Core.Webhooks;

namespace Imagen4.Core.Tests.Support;

/// <summary>Signs as a host does (RFC 8032, 5.1.6), with a key made from a number.</summary>
internal sealed class Ed25519Signer
{
    private static readonly BigInteger Order =
        BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);

    private readonly BigInteger _scalar;
    private readonly byte[] _prefix;

    public Ed25519Signer(byte seed)
    {
        var hash = SHA512.HashData([seed, .. new byte[31]]);
        hash[0] &= 248;
        hash[31] = (byte)((hash[31] & 63) | 64);
        _scalar = new BigInteger(hash.AsSpan(0, 32), isUnsigned: true);
        _prefix = hash[32..];
        PublicKey = EdwardsPoint.Base.Times(_scalar).Encode();
    }

    public byte[] PublicKey { get; }

    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var nonce = Reduced([.. _prefix, .. message]);
        var commitment = EdwardsPoint.Base.Times(nonce).Encode();
        var scalar = (nonce + (Reduced([.. commitment, .. PublicKey, .. message]) * _scalar)) % Order;
        var signature = new byte[64];
        commitment.CopyTo(signature, 0);
        scalar.TryWriteBytes(signature.AsSpan(32), out _, isUnsigned: true);
        return signature;
    }

    private static BigInteger Reduced(byte[] bytes) => new BigInteger(SHA512.HashData(bytes), isUnsigned: true) % Order;
}
