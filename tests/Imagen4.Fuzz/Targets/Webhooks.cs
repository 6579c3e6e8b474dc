using System.Text;
using System.Text.Json;
using Imagen4.Core.Protocols.Fal.Webhooks;
using Imagen4.Core.Providers;

namespace Imagen4.Fuzz.Targets;

/// <summary>Webhooks, and the keys that they are signed with.</summary>
internal static class Webhooks
{
    private static readonly ProviderProfile Profile = Hosts.Of(HostProtocol.FalQueue).Profile;

    public static Task ReadAsync(byte[] body)
    {
        IReadOnlyList<byte[]> keys = [new byte[Ed25519.KeyLength]];
        try
        {
            keys = KeySet.Read(body);
        }
        catch (JsonException)
        {
            // No key set: its reader says so.
        }

        var text = Encoding.Latin1.GetString(body);
        var delivery = new WebhookDelivery
        {
            RequestId = text,
            UserId = text,
            Timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture),
            Signature = text.Length >= 128 ? text[..128] : new string('0', 128),
            Body = body,
        };
        _ = WebhookSignature.IsValid(delivery, keys, TimeProvider.System);
        _ = WebhookSignature.IsValid(delivery with { Signature = text, Timestamp = text }, keys, TimeProvider.System);
        _ = WebhookReader.Understood(Profile, delivery);
        return Task.CompletedTask;
    }
}
