using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Rfc8032 = Org.BouncyCastle.Math.EC.Rfc8032.Ed25519;

namespace Imagen4.Core.Protocols.Fal.Webhooks;

/// <summary>
/// Decides whether a webhook is from the host: Ed25519 over request id, user id, timestamp and the body's SHA-256, each on a line,
/// by any of the host's keys, at most five minutes from now (fal, webhooks, "verify").
/// </summary>
internal static class WebhookSignature
{
    private const long LargestSkewSeconds = 300;

    /// <summary>Whether the delivery is signed by one of the keys, now.</summary>
    public static bool IsValid(WebhookDelivery delivery, IReadOnlyList<byte[]> keys, TimeProvider time)
    {
        if (delivery is not { RequestId: { } requestId, UserId: { } userId, Timestamp: { } timestamp, Signature: { } written }
            || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs(time.GetUtcNow().ToUnixTimeSeconds() - seconds) > LargestSkewSeconds
            || !TryDecode(written, out var signature))
        {
            return false;
        }

        var message = Encoding.UTF8.GetBytes(
            $"{requestId}\n{userId}\n{timestamp}\n{Convert.ToHexStringLower(SHA256.HashData(delivery.Body.Span))}");
        return keys.Any(key => Ed25519.Verify(key, message, signature));
    }

    private static bool TryDecode(string hexadecimal, out byte[] signature)
    {
        signature = new byte[Ed25519.SignatureLength];
        return hexadecimal.Length == signature.Length * 2
            && Convert.FromHexString(hexadecimal, signature, out _, out _) == System.Buffers.OperationStatus.Done;
    }
}

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
