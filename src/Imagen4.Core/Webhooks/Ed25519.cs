using Rfc8032 = Org.BouncyCastle.Math.EC.Rfc8032.Ed25519;

namespace Imagen4.Core.Webhooks;

/// <summary>Verifies Ed25519 signatures (RFC 8032, 5.1.7). The package is loaded with the first signature that is verified.</summary>
internal static class Ed25519
{
    /// <summary>The length of a public key, in bytes.</summary>
    public const int KeyLength = 32;

    /// <summary>The length of a signature, in bytes.</summary>
    public const int SignatureLength = 64;

    /// <summary>
    /// Whether the key has signed the message. Encodings that are not the one way to write a value do not verify, nor does
    /// anything under a key of small order: for such a key, signatures of any message can be made without a secret.
    /// </summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        publicKey.Length == KeyLength && signature.Length == SignatureLength
        && Rfc8032.Verify(signature.ToArray(), 0, publicKey.ToArray(), 0, message.ToArray(), 0, message.Length);
}
