using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Imagen4.Emulator.Signing;

namespace Imagen4.Emulator.Webhooks;

/// <summary>The headers that prove where a webhook comes from.</summary>
internal static class WebhookSignature
{
    private const string UserId = "emulator";

    public static IReadOnlyDictionary<string, string> Headers(SigningKey key, string requestId, DateTimeOffset now, byte[] body)
    {
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var message = $"{requestId}\n{UserId}\n{timestamp}\n{Convert.ToHexStringLower(SHA256.HashData(body))}";
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["X-Fal-Webhook-Request-Id"] = requestId,
            ["X-Fal-Webhook-User-Id"] = UserId,
            ["X-Fal-Webhook-Timestamp"] = timestamp,
            ["X-Fal-Webhook-Signature"] = Convert.ToHexStringLower(key.Sign(Encoding.UTF8.GetBytes(message))),
        };
    }
}
