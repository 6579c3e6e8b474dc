using Imagen4.Core.Media;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Media;

public sealed class ImageKindTests
{
    public static TheoryData<string, byte[]> Images => new()
    {
        { "image/png", Pictures.Png },
        { "image/jpeg", Pictures.Jpeg },
        { "image/webp", Pictures.Webp },
        { "image/webp", Pictures.ExtendedWebp },
        { "image/gif", [.. "GIF89a"u8, 1, 0, 1, 0, 0, 0, 0] },
        { "image/gif", [.. "GIF87a"u8, 1, 0, 1, 0, 0, 0, 0] },
        { "image/avif", [0, 0, 0, 0x1C, .. "ftypavif"u8, 0, 0, 0, 0, .. "mif1miaf"u8] },
        { "image/avif", [0, 0, 0, 0x1C, .. "ftypmif1"u8, 0, 0, 0, 0, .. "mif1avif"u8] },
    };

    public static TheoryData<byte[]> Others => new()
    {
        Array.Empty<byte>(),
        new byte[] { 0x89, (byte)'P' },
        "<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray(),
        "%PDF-1.7"u8.ToArray(),
        "-----BEGIN OPENSSH PRIVATE KEY-----"u8.ToArray(),
        "BM"u8.ToArray(),
        (byte[])[.. "RIFF"u8, 22, 0, 0, 0, .. "AVI LIST"u8],
        (byte[])[0, 0, 0, 0x1C, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8],
        (byte[])[0, 0, 0, 0x1C, .. "ftypisom"u8, 0, 0, 2, 0, .. "isommp41"u8],
    };

    [Theory]
    [MemberData(nameof(Images))]
    public void An_image_is_told_by_its_first_bytes(string type, byte[] bytes) =>
        Assert.Equal(type, ImageHeader.KindOf(bytes.AsSpan(0, Math.Min(bytes.Length, ImageHeader.HeadLength)))?.Name);

    [Theory]
    [MemberData(nameof(Others))]
    public void Anything_else_is_none(byte[] bytes) => Assert.Null(ImageHeader.KindOf(bytes));
}
