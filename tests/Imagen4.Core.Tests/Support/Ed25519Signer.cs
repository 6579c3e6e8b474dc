using Org.BouncyCastle.Crypto.Parameters;
using Rfc8032 = Org.BouncyCastle.Math.EC.Rfc8032.Ed25519;

namespace Imagen4.Core.Tests.Support;

/// <summary>Signs as a host does (RFC 8032, 5.1.6), with a key made from a number.</summary>
internal sealed class Ed25519Signer(byte seed)
{
    private readonly Ed25519PrivateKeyParameters _key = new([seed, .. new byte[31]]);

    public byte[] PublicKey => _key.GeneratePublicKey().GetEncoded();

    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var signature = new byte[Rfc8032.SignatureSize];
        _key.Sign(Rfc8032.Algorithm.Ed25519, null, message.ToArray(), 0, message.Length, signature, 0);
        return signature;
    }
}
