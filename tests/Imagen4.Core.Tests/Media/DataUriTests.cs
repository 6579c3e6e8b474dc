using Imagen4.Core.Media;

namespace Imagen4.Core.Tests.Media;

public sealed class DataUriTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(49_151)]
    [InlineData(49_152)]
    [InlineData(49_153)]
    [InlineData(500_000)]
    public async Task Every_byte_comes_out_whatever_the_length(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);

        Assert.Equal(bytes, await DecodeAsync($"data:image/png;base64,{Convert.ToBase64String(bytes)}"));
    }

    [Theory]
    [InlineData("DATA:image/png;BASE64,QUJD")]
    [InlineData("data:;base64,QUJD")]
    [InlineData("data:image/png;charset=x;base64,QUJD")]
    public async Task The_words_around_the_data_do_not_matter(string address)
    {
        Assert.True(DataUri.IsOne(address));
        Assert.Equal("ABC"u8.ToArray(), await DecodeAsync(address));
    }

    [Theory]
    [InlineData("data:image/png,plain")]
    [InlineData("data:")]
    [InlineData("data:image/png;base64,not base64!")]
    [InlineData("data:image/png;base64,QUJ")]
    public Task What_is_not_base64_is_InvalidMedia(string address) => Assert.ThrowsAsync<InvalidMediaException>(() => DecodeAsync(address));

    private static async Task<byte[]> DecodeAsync(string address)
    {
        using var target = new MemoryStream();
        await DataUri.DecodeAsync(address, target, CancellationToken.None);
        return target.ToArray();
    }
}
