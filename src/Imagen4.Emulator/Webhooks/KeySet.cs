namespace Imagen4.Emulator.Webhooks;

/// <summary>The public keys that webhooks are signed with (RFC 7517).</summary>
internal sealed record KeySet(IReadOnlyList<PublicKey> Keys);
