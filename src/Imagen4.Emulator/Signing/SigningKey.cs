using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using Rfc8032 = Org.BouncyCastle.Math.EC.Rfc8032.Ed25519;

namespace Imagen4.Emulator.Signing;

/// <summary>
/// Ed25519 signing (RFC 8032, 5.1.6). The package is loaded with the first signature, not with every start of the server.
/// </summary>
internal sealed class SigningKey(ReadOnlyMemory<byte> seed)
{
    public const int SeedLength = 32;

    private readonly Lazy<Ed25519PrivateKeyParameters> _key = new(() => new Ed25519PrivateKeyParameters(seed.ToArray()));

    public byte[] PublicKey => _key.Value.GeneratePublicKey().GetEncoded();

    public static SigningKey Create() => new(RandomNumberGenerator.GetBytes(SeedLength));

    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var signature = new byte[Rfc8032.SignatureSize];
        _key.Value.Sign(Rfc8032.Algorithm.Ed25519, null, message.ToArray(), 0, message.Length, signature, 0);
        return signature;
    }
}
