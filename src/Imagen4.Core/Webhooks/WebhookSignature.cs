using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Imagen4.Core.Webhooks;

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
