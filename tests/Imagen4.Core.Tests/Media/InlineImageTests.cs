using System.Text.Json;
using Imagen4.Core.Media;

namespace Imagen4.Core.Tests.Media;

public sealed class InlineImageTests
{
    public static TheoryData<int> Lengths => [0, 1, 2, 3, 49_151, 49_152, 49_153, 500_000];

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task Every_byte_comes_out_whatever_the_length(int length)
    {
        Assert.Equal(Bytes(length), await DecodeAsync(Json($"data:image/png;base64,{Convert.ToBase64String(Bytes(length))}")));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task Padding_may_be_left_out(int length) =>
        Assert.Equal(Bytes(length), await DecodeAsync(Json($"{Convert.ToBase64String(Bytes(length)).TrimEnd('=')}\\n")));

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task Base64_without_a_data_URI_around_it_is_the_same(int length) =>
        Assert.Equal(Bytes(length), await DecodeAsync(Json(Convert.ToBase64String(Bytes(length)))));

    [Theory]
    [InlineData("DATA:image/png;BASE64,QUJD")]
    [InlineData("data:;base64,QUJD")]
    [InlineData("data:image/png;charset=x;base64,QUJD")]
    public async Task The_words_around_the_data_do_not_matter(string address)
    {
        Assert.True(InlineImage.IsDataUri(Json(address)));
        Assert.Equal("ABC"u8.ToArray(), await DecodeAsync(Json(address)));
    }

    [Theory]
    [InlineData("""data:image/png;name=\"a,b\";base64,QUJD""")]
    [InlineData("""data:image/png;name=\u0022a;base64,b\u0022;base64,QUJD""")]
    [InlineData("""data:image/png;name=\"a\\\",b\";base64,QUJD""")]
    [InlineData("""data:image/png;name=\"a\\\\\";base64,QUJD""")]
    [InlineData("data:image/png;name=%22a,b%5C%22,%22;base64,QUJD")]
    [InlineData("data:image/png;name=a%2Cb;base64,QUJD")]
    [InlineData("data:image/png;name=%22a%2cb%22;base64,QUJD")]
    [InlineData("""data:image/png;inch=5\";base64,QUJD""")]
    [InlineData("""data:image/png;path=\"a\\\";base64,QUJD""")]
    [InlineData("data:image/png;base64%2CQUJD")]
    [InlineData("data:image/png%3bbase64,QUJD")]
    [InlineData("""data:image/png;name=\"a;base64,b\",ABC""")]
    [InlineData("data:image/png;name=%22;base64,%22,%41B%43")]
    public async Task A_parameter_may_have_a_comma_in_its_value(string address) =>
        Assert.Equal("ABC"u8.ToArray(), await DecodeAsync(Json(address)));

    [Theory]
    [InlineData("data:")]
    [InlineData("data:image/png;base64")]
    [InlineData("data:image/png;base64,QUJ%4")]
    [InlineData("data:image/png;base64,not base64!")]
    [InlineData("data:image/png;base64,Q")]
    [InlineData("data:image/png;base64,QUI!")]
    [InlineData("not base64!")]
    [InlineData("\\ud800")]
    [InlineData("data:image/png;base64,QUJD\\ud800")]
    [InlineData("QUJDR")]
    public Task What_is_not_base64_is_InvalidMedia(string address) => Assert.ThrowsAsync<InvalidMediaException>(() => DecodeAsync(Json(address)));

    [Theory]
    [InlineData("""
        "data:image\/png;base64,+\/\/+"
        """)]
    [InlineData("""
        "data:image/png;base64,\u002B\u002f/\u002b"
        """)]
    [InlineData("""
        "\u0064ata:image/png;base64,+//+"
        """)]
    [InlineData("""
        "\u002B\/\/+"
        """)]
    public async Task Escapes_of_JSON_are_no_part_of_the_data(string json) =>
        Assert.Equal([0xFB, 0xFF, 0xFE], await DecodeAsync(JsonElement.Parse(json)));

    [Fact]
    public async Task An_escape_that_straddles_two_pieces_costs_no_byte()
    {
        var bytes = Bytes(150_001);
        var escaped = Convert.ToBase64String(bytes)
            .Replace("/", "\\/", StringComparison.Ordinal).Replace("+", "\\u002B", StringComparison.Ordinal);

        Assert.Equal(bytes, await DecodeAsync(JsonElement.Parse($"\"data:image\\/png;base64,{escaped}\"")));
    }

    [Fact]
    public async Task Line_breaks_between_the_letters_cost_no_byte()
    {
        var text = Convert.ToBase64String(Bytes(150_001), Base64FormattingOptions.InsertLineBreaks);

        Assert.Equal(Bytes(150_001), await DecodeAsync(Json(text.Replace("\r\n", "\\n", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData(49_152)]
    [InlineData(49_151)]
    public Task Data_after_its_end_is_InvalidMedia(int length) =>
        Assert.ThrowsAsync<InvalidMediaException>(() => DecodeAsync(Json($"{Convert.ToBase64String(Bytes(length - 1))}QUJD")));

    [Theory]
    [InlineData("data:image/png,%89PNG%0d%0A", "\u0089PNG\r\n")]
    [InlineData("data:,plain", "plain")]
    [InlineData("data:image/png,", "")]
    [InlineData("data:image/png,100%,%zz%4", "100%,%zz%4")]
    [InlineData("data:image/png;base64,QUJDRA%3D%3d", "ABCD")]
    [InlineData("data:image/png;base64,QU%4aD", "ABC")]
    public async Task A_data_URI_may_be_percent_encoded(string address, string data) =>
        Assert.Equal(System.Text.Encoding.Latin1.GetBytes(data), await DecodeAsync(Json(address)));

    [Theory]
    [InlineData("image/png", 65_500)]
    [InlineData("image/pn", 65_500)]
    [InlineData("image/p", 65_500)]
    [InlineData("image/png", 500_000)]
    public async Task A_percent_escape_that_straddles_two_pieces_costs_no_byte(string type, int length)
    {
        var escaped = string.Concat(Bytes(length).Select(each => $"%{each:X2}"));

        Assert.Equal(Bytes(length), await DecodeAsync(Json($"data:{type},{escaped}")));
    }

    [Fact]
    public async Task A_percent_encoded_image_has_the_same_limit()
    {
        var text = Json("data:image/png,%41%42%43%44");

        Assert.Equal("ABCD"u8.ToArray(), await DecodeAsync(text, maxBytes: 4));
        await Assert.ThrowsAsync<DownloadFailedException>(() => DecodeAsync(text, maxBytes: 3));
    }

    [Theory]
    [InlineData("https://a/1.png")]
    [InlineData("")]
    [InlineData("dat")]
    [InlineData("database")]
    public void An_address_is_no_data_URI(string address) => Assert.False(InlineImage.IsDataUri(Json(address)));

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    // Written as it stands: a serializer would escape the plus.
    private static JsonElement Json(string text) => JsonElement.Parse($"\"{text}\"");

    private static async Task<byte[]> DecodeAsync(JsonElement text, long maxBytes = MediaSource.LargestImage)
    {
        using var target = new MemoryStream();
        await InlineImage.DecodeAsync(new ImageBytes.Inline(text), target, maxBytes, CancellationToken.None);
        return target.ToArray();
    }
}
