using System.Text;
using Imagen4.Core.Protocols.Contract;

namespace Imagen4.Core.Tests.Protocols.Contract;

/// <summary>An id that is overlooked is a paid request that is lost.</summary>
public sealed class NamedRequestIdTests
{
    [Theory]
    [InlineData("""{"request_id":"r-1"}""", true, "r-1")]
    [InlineData("""{"id":"r-1","request_id":"r-1"}""", true, "r-1")]
    [InlineData("""{"id":"r-1","request_id":"r-2"}""", true, null)]
    [InlineData("""{"id":7}""", true, "7")]
    [InlineData("""{"id":7.5}""", true, null)]
    [InlineData("""{"id":-7}""", true, null)]
    [InlineData("""{"id":"../x"}""", true, null)]
    [InlineData("""{"id":{"a":1}}""", true, null)]
    [InlineData("""{"id":true}""", true, null)]
    [InlineData("""{"id":""}""", false, null)]
    [InlineData("""{"id":null}""", false, null)]
    [InlineData("""{"other":"r-1"}""", false, null)]
    [InlineData("""{"input":{"id":"r-1"}}""", false, null)]
    [InlineData("""{"input":{"id":"r-1"},"id":"r-2"}""", true, "r-2")]
    [InlineData("""{"id":"r-1", broken""", true, "r-1")]
    [InlineData("not JSON", false, null)]
    [InlineData("", false, null)]
    public void An_id_is_found_at_the_top_and_anywhere(string body, bool isThere, string? id)
    {
        Assert.Equal(new NamedRequestId(isThere, id), NamedRequestId.In(Encoding.UTF8.GetBytes(body), "id", "request_id"));
        Assert.Equal(new NamedRequestId(isThere, id), NamedRequestId.AtTop(Encoding.UTF8.GetBytes(body), "id", "request_id"));
    }

    [Theory]
    [InlineData("""{"data":{"id":"r-1"}}""")]
    [InlineData("""{"data":[{"a":[{"id":"r-1"}]}]}""")]
    [InlineData("""[{"id":"r-1"}]""")]
    public void An_id_further_down_is_found_only_where_it_is_looked_for(string body)
    {
        Assert.Equal(new NamedRequestId(true, "r-1"), NamedRequestId.In(Encoding.UTF8.GetBytes(body), "id"));
        Assert.Equal(new NamedRequestId(false, null), NamedRequestId.AtTop(Encoding.UTF8.GetBytes(body), "id"));
    }
}
