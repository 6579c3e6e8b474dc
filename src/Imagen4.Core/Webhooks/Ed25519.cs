using System.Numerics;
using System.Security.Cryptography;

namespace Imagen4.Core.Webhooks;

/// <summary>
/// Verifies Ed25519 signatures (RFC 8032, 5.1.7). The runtime has no Ed25519; verifying alone is small and handles nothing secret.
/// </summary>
internal static class Ed25519
{
    /// <summary>The length of a public key, in bytes.</summary>
    public const int KeyLength = EdwardsPoint.EncodedLength;

    /// <summary>The length of a signature, in bytes.</summary>
    public const int SignatureLength = 64;

    // RFC 8032, 5.1: the order of the base point.
    private static readonly BigInteger Order =
        BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>
    /// Whether a signature is one of the message by the key. Encodings that are not the one way to write a value,
    /// and keys and commitments of small order, are refused: they are no work of an honest signer.
    /// </summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureLength)
        {
            return false;
        }

        var commitment = signature[..KeyLength];
        var scalar = new BigInteger(signature[KeyLength..], isUnsigned: true);
        if (scalar >= Order
            || EdwardsPoint.Decode(publicKey) is not { IsOfSmallOrder: false } key
            || EdwardsPoint.Decode(commitment) is not { IsOfSmallOrder: false })
        {
            return false;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        hash.AppendData(commitment);
        hash.AppendData(publicKey);
        hash.AppendData(message);
        var challenge = new BigInteger(hash.GetHashAndReset(), isUnsigned: true) % Order;

        // [S]B = R + [k]A, written as R = [S]B - [k]A, so that R is compared as it was sent.
        var expected = EdwardsPoint.Base.Times(scalar) + -key.Times(challenge);
        return commitment.SequenceEqual(expected.Encode());
    }
}
