using System.Buffers.Text;
using Imagen4.Emulator.Faults;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Signing;

namespace Imagen4.Emulator.Webhooks;

/// <summary>The key that webhooks are verified with, and the list of deliveries.</summary>
internal sealed class WebhookEndpoints(SigningKey key, WebhookLog log, FaultInjector faults)
{
    private readonly JsonAnswer _keys = JsonAnswer.Of(200, new KeySet([PublicKey.Of(key)]), WebhookJson.Wire.KeySet);

    /// <param name="routes">The root of the server.</param>
    /// <param name="own">The emulator's own part of it.</param>
    public void Map(IEndpointRouteBuilder routes, IEndpointRouteBuilder own)
    {
        routes.MapGet("/.well-known/jwks.json", async context =>
            await (await faults.AroundAsync(FaultTarget.Keys, context, () => _keys)).ExecuteAsync(context));
        own.MapGet("/webhooks", context =>
            JsonAnswer.Of(200, log.Deliveries, WebhookJson.Wire.IReadOnlyListWebhookView).ExecuteAsync(context));
    }
}

/// <summary>The public keys that webhooks are signed with (RFC 7517).</summary>
internal sealed record KeySet(IReadOnlyList<PublicKey> Keys);

/// <summary>One key of <see cref="KeySet"/> (RFC 8037).</summary>
internal sealed record PublicKey(string Kty, string Crv, string X)
{
    public static PublicKey Of(SigningKey key) => new("OKP", "Ed25519", Base64Url.EncodeToString(key.PublicKey));
}
