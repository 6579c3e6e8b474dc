using System.Collections;
using System.Net;
using System.Text;
using System.Text.Json;
using Imagen4.Core.Http;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Tests.Support;
using Imagen4.Core.Text;

namespace Imagen4.Core.Tests.Protocols.Fal;

/// <summary>Whatever a host writes into an answer, no text of it steers a terminal, and none is longer than what people read.</summary>
public sealed class HostTextTests
{
    private const int Longest = 8001;

    // Escape, bell, a C1 control, an override of the direction of writing, and far too much of it.
    private static readonly string Hostile = $"a\u001b]0;title\u0007\u009b2J\u202e{new string('x', 100_000)}";

    private static readonly string Json = JsonSerializer.Serialize(Hostile);

    private static readonly RequestReference Request =
        new FalQueueProtocol().CreateReference(TestHost.Connect(new Uri("http://127.0.0.1:9")), TestHost.Model, "r-1");

    [Theory]
    [InlineData(422, """{"detail":[{"loc":["body",{0}],"msg":{0},"type":{0}}],"error_type":{0}}""")]
    [InlineData(422, """{"detail":{0},"error_type":{0}}""")]
    [InlineData(500, """{"detail":{"msg":{0},"type":{0}},"error_type":{0}}""")]
    [InlineData(409, """{"error":{"message":{0},"type":{0}}}""")]
    [InlineData(403, """{"status":{0}}""")]
    [InlineData(401, """{"detail":{0}}""")]
    [InlineData(400, "{0}")]
    public void An_error(int status, string body)
    {
        var response = Response(status, body);
        response.Headers.TryAddWithoutValidation("X-Fal-Error-Type", "\u202etype\u009b" + new string('y', 1000));
        foreach (var each in new[] { Response(status, body), response })
        {
            AssertHarmless(FalErrors.OfSubmit(Request.Host, TestHost.Model, each));
            AssertHarmless(FalErrors.OfRead(Request, each));
            AssertHarmless(ResultVerdict.Of(Request, each));
        }
    }

    [Fact]
    public void A_status_with_its_log() => AssertHarmless(StatusVerdict.Of(Request, Response(
        200, """{"status":"COMPLETED","error":{0},"error_type":{0},"logs":[{"message":{0},"level":{0},"source":{0},"timestamp":{0}}]}""")));

    [Fact]
    public void Of_a_very_long_log_the_last_lines_are_read()
    {
        var lines = string.Join(',', Enumerable.Range(0, 5000).Select(line => $$"""{"message":"line {{line}}"}""").Concat(["5", "null", "[{}]"]));

        var status = StatusVerdict.Of(Request, Response(200, $$"""{"status":"COMPLETED","logs":[{{lines}}]}"""))!.Status;

        Assert.Equal(1000, status.Logs.Count);
        Assert.Equal(("line 4000", "line 4999"), (status.Logs[0].Message, status.Logs[^1].Message));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("\"lines\"")]
    [InlineData("null")]
    public void A_log_that_is_no_list_is_none(string log) => Assert.Empty(StatusVerdict.Of(Request, Response(
        200, $$"""{"status":"COMPLETED","logs":{{log}}}"""))!.Status.Logs);

    [Fact]
    public void What_comes_instead_of_HTTP_is_not_repeated() => Assert.Equal("The answer is not valid HTTP", FailureText.Of(
        new HttpRequestException(HttpRequestError.InvalidResponse, $"Received an invalid status line: '{Hostile}'.")));

    [Fact]
    public void Behind_a_time_limit_nothing_is_said_of_what_it_has_broken_off() => Assert.Equal("x.example did not answer within 120 s", FailureText.Of(
        new TimeoutException("x.example did not answer within 120 s.", new TaskCanceledException("", new IOException("", new System.Net.Sockets.SocketException(125))))));

    [Theory]
    [InlineData("""{"image":{"url":"https://x.example/a.png","width":5},"seed":7}""", true)]
    [InlineData("""{"image":{"url":"https://x.example/a.png"},"images":null}""", true)]
    [InlineData("""{"image":{"width":5}}""", false)]
    [InlineData("""{"image":"https://x.example/a.png"}""", false)]
    [InlineData("""{"image":{"url":5}}""", false)]
    public void The_result_of_a_model_that_makes_one_image(string json, bool isResult)
    {
        var result = FalResults.Read(Encoding.UTF8.GetBytes(json));

        Assert.Equal(isResult ? "https://x.example/a.png" : null, result?.Images.Single().Image.Uri);
        Assert.Null(result?.AdditionalOutput);
    }

    [Fact]
    public void A_result()
    {
        var result = FalResults.Read(Response(
            200,
            """
            {"images":[{"url":"https://x.example/a\u202e\u009b.png","content_type":{0},"file_name":{0},"other":{1}}],
             "description":{0},"other":{1},"long":{0}}
            """))!;

        AssertHarmless(result, alsoLong: true);
        var image = Assert.Single(result.Images).Image;
        AssertHarmless(image, alsoLong: true);
        Assert.Equal(61, image.FileName!.Length);
        Assert.Equal(Longest, result.Description!.Length);
        var others = JsonDocument.Parse(result.AdditionalOutput!).RootElement;
        Assert.Equal(Hostile[..10_000], others.GetProperty("other").GetString());
        Assert.Matches(@"^\[1\d{5} bytes\]$", others.GetProperty("long").GetString());
    }

    private static HostResponse Response(int status, string body) => new(
        (HttpStatusCode)status,
        new HttpResponseMessage().Headers,
        "application/json",
        Encoding.UTF8.GetBytes(body
            .Replace("{0}", Unescaped(Json), StringComparison.Ordinal)
            .Replace("{1}", Unescaped(JsonSerializer.Serialize(Hostile[..10_000])), StringComparison.Ordinal)));

    // Only what JSON must escape: the rest stands in it as it is.
    private static string Unescaped(string json) =>
        json.Replace("\\u202E", "\u202e", StringComparison.Ordinal).Replace("\\u009B", "\u009b", StringComparison.Ordinal);

    // Every text that can be reached from a value.
    private static void AssertHarmless(object? value, bool alsoLong = false, int depth = 0)
    {
        switch (value)
        {
            case string text:
                Assert.DoesNotContain(text.EnumerateRunes(), PlainText.Steers);
                Assert.True(alsoLong || text.Length <= Longest, $"{text.Length} characters");
                break;
            case Exception error:
                AssertHarmless(error.Message, alsoLong);
                AssertHarmless((error as ImagenException)?.HostErrorType, alsoLong);
                break;
            case IEnumerable list:
                foreach (var one in list)
                {
                    AssertHarmless(one, alsoLong, depth + 1);
                }

                break;
            case not null when depth < 4 && value.GetType().Namespace?.StartsWith("Imagen4", StringComparison.Ordinal) == true && value is not RequestReference:
                foreach (var property in value.GetType().GetProperties().Where(property => property.GetIndexParameters().Length == 0 && property.Name != "Bytes"))
                {
                    AssertHarmless(property.GetValue(value), alsoLong, depth + 1);
                }

                break;
        }
    }
}
