using System.Numerics;
using System.Text;
using Imagen4.Core.Protocols.Fal.Webhooks;

namespace Imagen4.Core.Tests.Protocols.Fal.Webhooks;

public sealed class Ed25519Tests
{
    // RFC 8032, 7.1: tests 1, 2, 3 and SHA(abc).
    public static TheoryData<string, string, string> Vectors => new()
    {
        {
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        },
        {
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        },
        {
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        },
        {
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
        },
    };

    // Every encoding of a point of small order: 1, 2, 4 and 8 (among them those with y of p or more).
    public static TheoryData<string> SmallOrder =>
    [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_vectors_of_the_RFC_verify(string key, string message, string signature) =>
        Assert.True(Ed25519.Verify(Hex(key), Hex(message), Hex(signature)));

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_flipped_bit_anywhere_does_not_verify(string key, string message, string signature)
    {
        byte[] whole = [.. Hex(key), .. Hex(signature), .. Hex(message)];
        for (var position = 0; position < whole.Length; position++)
        {
            whole[position] ^= (byte)(1 << (position % 8));
            Assert.False(Ed25519.Verify(whole.AsSpan(0, 32), whole.AsSpan(96), whole.AsSpan(32, 64)));
            whole[position] ^= (byte)(1 << (position % 8));
        }
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_scalar_that_is_not_reduced_does_not_verify(string key, string message, string signature)
    {
        var order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);
        var bytes = Hex(signature);
        var larger = new BigInteger(bytes.AsSpan(32), isUnsigned: true) + order;
        bytes.AsSpan(32).Clear();
        Assert.True(larger.TryWriteBytes(bytes.AsSpan(32), out _, isUnsigned: true));

        Assert.False(Ed25519.Verify(Hex(key), Hex(message), bytes));
    }

    [Theory]
    [MemberData(nameof(SmallOrder))]
    public void A_key_of_small_order_signs_nothing(string key)
    {
        // With S = 0 and R the neutral point, such a key would "sign" every message whose challenge suits it.
        byte[] signature = [.. Hex("0100000000000000000000000000000000000000000000000000000000000000"), .. new byte[32]];
        for (var message = 0; message < 16; message++)
        {
            Assert.False(Ed25519.Verify(Hex(key), [(byte)message], signature));
        }
    }

    [Theory]
    [InlineData(0, 64)]
    [InlineData(31, 64)]
    [InlineData(33, 64)]
    [InlineData(32, 0)]
    [InlineData(32, 63)]
    [InlineData(32, 65)]
    public void Keys_and_signatures_of_another_length_do_not_verify(int key, int signature) =>
        Assert.False(Ed25519.Verify(new byte[key], Encoding.UTF8.GetBytes("text"), new byte[signature]));

    [Fact]
    public void A_y_without_a_point_is_no_key()
    {
        // y = 2: (y² - 1) / (dy² + 1) is no square.
        byte[] encoded = [2, .. new byte[31]];

        Assert.False(Ed25519.Verify(encoded, [], new byte[64]));
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text);
}
