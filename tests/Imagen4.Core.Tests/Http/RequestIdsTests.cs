using Imagen4.Core.Http;

namespace Imagen4.Core.Tests.Http;

public sealed class RequestIdsTests
{
    [Theory]
    [InlineData("764cabcf-b745-4b3e-ae38-1200304cf45b")]
    [InlineData("a")]
    [InlineData("req_1:2.3-4")]
    public void What_hosts_give_out_is_a_request_id(string text) => Assert.True(RequestIds.IsOne(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("-a")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("a?x")]
    [InlineData("a#x")]
    [InlineData("a%2fb")]
    [InlineData("ä")]
    [InlineData("１")]
    [InlineData("a@b")]
    public void What_could_change_an_address_is_none(string? text) => Assert.False(RequestIds.IsOne(text));

    [Fact]
    public void An_id_is_at_most_128_characters_long()
    {
        Assert.True(RequestIds.IsOne(new string('a', 128)));
        Assert.False(RequestIds.IsOne(new string('a', 129)));
    }
}
