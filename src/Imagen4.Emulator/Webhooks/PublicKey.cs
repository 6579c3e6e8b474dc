using System.Buffers.Text;
using Imagen4.Emulator.Signing;

namespace Imagen4.Emulator.Webhooks;

/// <summary>One key of <see cref="KeySet"/> (RFC 8037).</summary>
internal sealed record PublicKey(string Kty, string Crv, string X)
{
    public static PublicKey Of(SigningKey key) => new("OKP", "Ed25519", Base64Url.EncodeToString(key.PublicKey));
}
