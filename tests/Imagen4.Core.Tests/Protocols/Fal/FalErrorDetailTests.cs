using System.Net;
using System.Text;
using Imagen4.Core.Http;
using Imagen4.Core.Protocols.Fal;

namespace Imagen4.Core.Tests.Protocols.Fal;

public sealed class FalErrorDetailTests
{
    [Fact]
    public void A_models_list_of_details_names_place_message_and_type()
    {
        var detail = Read("""
            {"detail":[{"loc":["body","prompt"],"msg":"Flagged","type":"content_policy_violation","url":"x"},
            {"loc":["body","num_images",0],"msg":"Too many","type":"less_than_equal","ctx":{"le":4}}]}
            """);

        Assert.Equal(new FalErrorDetail("prompt: Flagged; num_images.0: Too many", "content_policy_violation", IsHostError: true), detail);
    }

    [Fact]
    public void Of_very_many_details_the_first_are_read_and_the_first_type_wherever_it_is()
    {
        var body = $$"""{"detail":[{{string.Concat(Enumerable.Repeat("""{"msg":"no"},""", 100_000))}}{"type":"odd"}]}""";
        var before = GC.GetAllocatedBytesForCurrentThread();

        var detail = Read(body);

        Assert.StartsWith("no; no; no", detail.Text, StringComparison.Ordinal);
        Assert.Equal("odd", detail.Type);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 24 * body.Length);
    }

    [Fact]
    public void The_infrastructures_flat_form_has_a_type_beside_the_text() =>
        Assert.Equal(
            new FalErrorDetail("Runner failed", "runner_server_error", IsHostError: true),
            Read("""{"detail":"Runner failed","error_type":"runner_server_error"}"""));

    [Fact]
    public void A_bare_text_has_no_type() => Assert.Equal(new FalErrorDetail("No.", null, IsHostError: true), Read("""{"detail":"No."}"""));

    [Fact]
    public void A_single_detail_without_its_list_is_read_too() =>
        Assert.Equal(new FalErrorDetail("seed: odd", "value_error", IsHostError: true), Read("""{"detail":{"loc":["body","seed"],"msg":"odd","type":"value_error"}}"""));

    [Theory]
    [InlineData("""{"error":{"message":"Invalid\ntoken","type":"authentication_error"}}""", "Invalid token", "authentication_error")]
    [InlineData("""{"error":{"message":"Invalid token"}}""", "Invalid token", null)]
    [InlineData("""{"error":"Invalid token"}""", "Invalid token", null)]
    public void A_gateways_form_gives_its_words_and_is_not_the_hosts_own(string body, string text, string? type) =>
        Assert.Equal(new FalErrorDetail(text, type, IsHostError: false), Read(body));

    [Theory]
    [InlineData("""{"error":{"message":5}}""")]
    [InlineData("""{"error":[]}""")]
    [InlineData("""{"error":null}""")]
    public void An_odd_error_is_shown_as_it_came(string body) => Assert.Equal(new FalErrorDetail(body, null, IsHostError: false), Read(body));

    [Theory]
    [InlineData("""{"status":"NOT_FOUND"}""", "NOT_FOUND")]
    [InlineData("<html><body><h1>502 Bad Gateway</h1></body></html>", "<html><body><h1>502 Bad Gateway</h1></body></html>")]
    [InlineData("", "")]
    [InlineData("[]", "[]")]
    [InlineData("{\"detail\":null}", "{\"detail\":null}")]
    public void What_has_no_detail_is_no_error_form(string body, string text) =>
        Assert.Equal(new FalErrorDetail(text, null, IsHostError: false), Read(body));

    [Theory]
    [InlineData("""{"detail":"\ud83e"}""")]
    [InlineData("""{"detail":[{"msg":"\ud83e","type":"\ud83e","loc":["\ud83e"]}]}""")]
    [InlineData("""{"detail":[5,null,"text",{"msg":{"a":1},"loc":"body"}]}""")]
    [InlineData("""{"detail":[]}""")]
    [InlineData("""{"detail":5,"error_type":{"a":1}}""")]
    public void An_odd_detail_is_read_all_the_same(string body) => Assert.NotNull(Read(body));

    [Fact]
    public void What_a_host_says_stays_on_one_line_of_bounded_length()
    {
        var detail = Read($$"""{"detail":"first\r\nsecond \u001b[2J{{new string('x', 100_000)}}"}""");

        Assert.StartsWith("first  second  [2Jxxx", detail.Text, StringComparison.Ordinal);
        Assert.Equal(501, detail.Text.Length);
    }

    [Fact]
    public void A_page_cut_within_a_character_is_still_read() => Assert.NotEmpty(Read(new string('ä', 1000)).Text);

    private static FalErrorDetail Read(string body)
    {
        using var message = new HttpResponseMessage();
        return FalErrorDetail.Read(new HostResponse(HttpStatusCode.UnprocessableEntity, message.Headers, "application/json", Encoding.UTF8.GetBytes(body)));
    }
}
