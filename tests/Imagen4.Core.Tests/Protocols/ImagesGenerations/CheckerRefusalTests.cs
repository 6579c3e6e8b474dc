using System.Net;
using System.Text;
using Imagen4.Core.Http;
using Imagen4.Core.Protocols.ImagesGenerations;

namespace Imagen4.Core.Tests.Protocols.ImagesGenerations;

public sealed class CheckerRefusalTests
{
    [Theory]
    [InlineData("""{"error":{"code":"content_policy_violation"}}""", "content_policy_violation")]
    [InlineData("""{"error":{"type":"moderation_blocked","code":null}}""", "moderation_blocked")]
    [InlineData("""{"error":{"code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}""", "ResponsibleAIPolicyViolation")]
    [InlineData("""{"error":{"code":"content_filter","inner_error":{"code":"other"}}}""", "content_filter")]
    [InlineData("""{"inner_error":{"code":"contentFilter"}}""", "contentFilter")]
    [InlineData("""{"detail":[5,{"type":"other"},{"type":"content_policy_violation"}]}""", "content_policy_violation")]
    [InlineData("""{"error":"moderation_blocked"}""", "moderation_blocked")]
    [InlineData("""{"error_type":"CONTENT_FILTER"}""", "CONTENT_FILTER")]
    [InlineData("""{"error":{"message":"content_filter"}}""", null)]
    [InlineData("""{"error":{"code":5}}""", null)]
    [InlineData("""{"error":{"code":"invalid_request"}}""", null)]
    [InlineData("""{"detail":[]}""", null)]
    [InlineData("""["content_filter"]""", null)]
    [InlineData("content_filter", null)]
    [InlineData("", null)]
    public void A_checkers_code_is_found_wherever_hosts_put_it(string body, string? code)
    {
        using var message = new HttpResponseMessage();
        var response = new HostResponse(HttpStatusCode.BadRequest, message.Headers, "application/json", Encoding.UTF8.GetBytes(body));

        Assert.Equal(code, CheckerRefusal.CodeIn(response));
    }
}
