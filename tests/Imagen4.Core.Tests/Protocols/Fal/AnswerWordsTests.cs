using System.Net;
using System.Text;
using Imagen4.Core.Http;
using Imagen4.Core.Protocols.Fal;

namespace Imagen4.Core.Tests.Protocols.Fal;

public sealed class AnswerWordsTests
{
    [Theory]
    [InlineData("""{"status":"In_queue"}""", "IN_QUEUE")]
    [InlineData("""{"status":""}""", "")]
    [InlineData("""{"status":5}""", null)]
    [InlineData("""{"state":"x"}""", null)]
    [InlineData("[]", null)]
    [InlineData("status", null)]
    public void A_word_is_text_under_its_name(string body, string? word) => Assert.Equal(word, Answer(body).Word("status"));

    [Theory]
    [InlineData("""{"error":"first","detail":"second"}""", "first")]
    [InlineData("""{"error":"","detail":"second"}""", "second")]
    [InlineData("""{"error":{},"detail":["second"]}""", """["second"]""")]
    [InlineData("""{"error":{"a":1}}""", """{"a":1}""")]
    [InlineData("""{"error":false,"detail":null}""", null)]
    [InlineData("""{"error":0,"detail":[]}""", null)]
    [InlineData("""{"message":"other"}""", null)]
    [InlineData("[]", null)]
    public void The_first_member_that_says_something_is_taken(string body, string? words) =>
        Assert.Equal(words, Answer(body).Words("error", "detail"));

    private static HostResponse Answer(string body)
    {
        using var message = new HttpResponseMessage();
        return new HostResponse(HttpStatusCode.OK, message.Headers, "application/json", Encoding.UTF8.GetBytes(body));
    }
}
