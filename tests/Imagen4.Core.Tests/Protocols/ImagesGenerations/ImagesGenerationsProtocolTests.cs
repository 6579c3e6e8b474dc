using System.Net;
using System.Text;
using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.ImagesGenerations;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Protocols.ImagesGenerations;

/// <summary>What odd members cost: nothing. The answer has been paid for.</summary>
public sealed class ImagesGenerationsProtocolTests
{
    private const string Image = """{"url":"https://a/1.png"}""";

    [Theory]
    [InlineData($$"""{"images":[{{Image}}]}""")]
    [InlineData($$"""{"data":[{{Image}}]}""")]
    [InlineData($$"""{"images":null,"data":[{{Image}}]}""")]
    [InlineData($$"""{"images":[],"data":[{{Image}}]}""")]
    [InlineData($$$"""{"output":{"choices":[{{{Image}}}]}}""")]
    [InlineData($$"""{"images":[null,{{Image}},{"url":null},{}]}""")]
    [InlineData($$"""{"images":[{"b64_json":null,"id":"x"}],"data":[{{Image}}]}""")]
    [InlineData($$$"""{"images":[{}],"data":[null],"output":{"choices":[{{{Image}}}]}}""")]
    [InlineData($$"""{"images":[{{Image}}],"seed":"many","meta":"none"}""")]
    [InlineData($$$"""{"images":[{{{Image}}}],"seed":1.5,"meta":{"usage":[]}}""")]
    [InlineData($$$$"""{"images":[{{{{Image}}}}],"meta":{"usage":{"credits_used":"?"}}}""")]
    [InlineData("""{"images":[{"url":"https://a/1.png","content_type":5,"file_name":{},"file_size":"big"}]}""")]
    [InlineData($$"""{"images":[{{Image}}],"output":"ok"}""")]
    [InlineData($$"""{"images":[{{Image}}],"output":[]}""")]
    [InlineData($$$"""{"images":[{{{Image}}}],"output":{"choices":5}}""")]
    [InlineData($$$"""{"images":[{{{Image}}}],"data":{"id":5}}""")]
    [InlineData($$"""{"images":1,"data":[{{Image}}]}""")]
    [InlineData($$"""{"images":false,"data":[{{Image}}]}""")]
    [InlineData($$"""{"images":[{{Image}},7,"x",[]]}""")]
    [InlineData($$"""{"images":[{"url":"pending"}],"data":[{{Image}}]}""")]
    public void The_images_are_found_whatever_stands_around_them(string body)
    {
        var image = Assert.Single(Read(body)!.Images);

        Assert.Equal(new ImageBytes.Remote("https://a/1.png"), image.Bytes);
        Assert.Equal("https://a/1.png", image.Image.Uri);
    }

    [Theory]
    [InlineData("""{"url":null,"b64_json":"QUJD"}""")]
    [InlineData("""{"url":"","b64_json":"QUJD"}""")]
    [InlineData("""{"image_base64":"QUJD"}""")]
    [InlineData("""{"b64_json":"","image_base64":"QUJD"}""")]
    [InlineData("""{"url":"pending","b64_json":"QUJD"}""")]
    [InlineData("""{"url":"data:image/png;base64,QUJD"}""")]
    public async Task Bytes_inside_the_answer_are_taken_under_any_name_and_are_no_address(string file)
    {
        var result = Read($$"""{"data":[{{file}}]}""")!;
        using var target = new MemoryStream();

        var image = Assert.Single(result.Images);
        await new MediaSource(TimeProvider.System, TestHost.Elsewhere).CopyAsync(image.Bytes, target, CancellationToken.None);

        Assert.Equal("ABC"u8.ToArray(), target.ToArray());
        Assert.Null(image.Image.Uri);
        Assert.DoesNotContain("QUJD", $"{image.Image.AdditionalOutput} {result.AdditionalOutput}", StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_that_no_text_can_hold_costs_no_other_image() =>
        Assert.Equal(2, Read($$"""{"images":[{"url":"\ud800"},{{Image}}]}""")!.Images.Count);

    [Theory]
    [InlineData("\\ud800")]
    [InlineData("https://a/\uFFFD.png")]
    [InlineData("nowhere")]
    public void An_answer_none_of_whose_images_can_be_had_is_no_result(string address) =>
        Assert.Null(Read($$"""{"images":[{"url":"{{address}}"}]}"""));

    [Theory]
    [InlineData("105000", 105000)]
    [InlineData("\"12.5\"", 12.5)]
    public void Credits_are_the_results_billable_units(string credits, double units) =>
        Assert.Equal((decimal)units, Read($$$$"""{"data":[{{{{Image}}}}],"meta":{"usage":{"credits_used":{{{{credits}}}}}}}""")!.BillableUnits);

    [Fact]
    public void What_nobody_knows_is_kept()
    {
        var result = Read($$"""{"data":[{"url":"https://a/1.png","x":1}],"seed":"42","created":5}""")!;

        Assert.Equal((42L, """{"created":5}"""), (result.Seed, result.AdditionalOutput));
        Assert.Equal("""{"x":1}""", result.Images[0].Image.AdditionalOutput);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"images":null}""")]
    [InlineData("""{"images":"x"}""")]
    [InlineData("""{"images":["https://a/1.png"]}""")]
    [InlineData("""{"images":[1,2],"image":{"url":"https://a/1.png"}}""")]
    [InlineData("<html></html>")]
    public void What_has_no_list_of_images_is_no_result(string body) => Assert.Null(Read(body));

    [Fact]
    public void The_body_names_the_model_first_and_has_what_was_given()
    {
        var input = new ImageInput { Prompt = "ein Füchslein", NumImages = 2, ["enhance_prompt"] = false, AdditionalInput = TestHost.Additional("""{"convert_base64_to_url":true}""") };

        var body = new ImagesGenerationsProtocol(new LedgerResultStore(() => TestClient.Ledger)).SubmitBody("google/imagen4/preview", input);

        Assert.Equal(
            """{"model":"google/imagen4/preview","prompt":"ein Füchslein","num_images":2,"enhance_prompt":false,"convert_base64_to_url":true}""",
            Encoding.UTF8.GetString(body.Span));
    }

    [Theory]
    [InlineData(400, "ResponsibleAIPolicyViolation", """{"error":{"code":"BadRequest","message":"m","innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_results":{}}}}""")]
    [InlineData(400, "ResponsibleAIPolicyViolation", """{"error":{"code":"BadRequest","message":"m","inner_error":{"code":"ResponsibleAIPolicyViolation"}}}""")]
    [InlineData(400, "ResponsibleAIPolicyViolation", """{"error":{"code":"ResponsibleAIPolicyViolation","message":"m"}}""")]
    [InlineData(400, "content_filter", """{"error":{"code":"content_filter","message":"m"}}""")]
    [InlineData(403, "content_filter", """{"error":{"code":null,"type":"content_filter","message":"m"}}""")]
    [InlineData(400, "content_policy_violation", """{"code":"content_policy_violation","message":"m"}""")]
    [InlineData(400, "content_policy_violation", """{"code":"content_policy_violation"}""")]
    [InlineData(422, "content_policy_violation", """{"error_type":"content_policy_violation","detail":"m"}""")]
    [InlineData(422, "content_policy_violation", """{"detail":[{"loc":["body"],"msg":"m","type":"value_error"},{"loc":["body","prompt"],"msg":"m","type":"content_policy_violation"}]}""")]
    [InlineData(400, "content_policy_violation", """{"detail":{"msg":"m","type":"content_policy_violation"}}""")]
    [InlineData(400, "content_policy_violation", """{"error":"content_policy_violation","message":"m"}""")]
    public void A_refusal_by_the_checker_is_known_wherever_its_code_stands(int status, string code, string body)
    {
        var error = Assert.IsType<ContentPolicyViolationException>(Refusal(status, body));

        Assert.Equal((status, code, true), (error.StatusCode, error.HostErrorType, error.RefusesInput));
    }

    [Theory]
    [InlineData("""{"error":{"code":"invalid_value","message":"content_filter is no parameter"}}""")]
    [InlineData("""{"error":{"code":"invalid_value","message":"m","innererror":{"code":"Other"}}}""")]
    [InlineData("""{"error":{"code":"invalid_value","message":"m","innererror":null},"detail":[null,5,"content_filter"]}""")]
    [InlineData("""{"code":5,"error":[],"detail":{"type":{}}}""")]
    public void What_only_mentions_the_checker_is_no_refusal_by_it(string body) =>
        Assert.IsType<InvalidInputException>(Refusal(400, body));

    private static ImagenException Refusal(int status, string body)
    {
        using var response = new HttpResponseMessage();
        var host = TestHost.Connect(TestHost.Profile(new Uri("https://api.example.com")) with { Protocol = HostProtocol.ImagesGenerations });
        return new ImagesGenerationsProtocol(new LedgerResultStore(() => TestClient.Ledger)).ReadRejection(
            host, "google/imagen4/preview", new HostResponse((HttpStatusCode)status, response.Headers, "application/json", Encoding.UTF8.GetBytes(body)));
    }

    private static HostResult? Read(string body)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.Created);
        var host = TestHost.Connect(TestHost.Profile(new Uri("https://api.example.com")) with { Protocol = HostProtocol.ImagesGenerations });
        return new ImagesGenerationsProtocol(new LedgerResultStore(() => TestClient.Ledger))
            .ReadAcceptance(host, "google/imagen4/preview", new HostResponse(response.StatusCode, response.Headers, "application/json", Encoding.UTF8.GetBytes(body)))
            ?.Answered;
    }
}
