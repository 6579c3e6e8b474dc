using System.Text;
using System.Text.Json.Nodes;
using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Media;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Seeds;

/// <summary>Every example of the five documents: its request is what the module sends, its response what the module understands.</summary>
public sealed class SeedDocumentTests
{
    private const string Fal = "fal-ai/imagen4/preview";
    private const string FalFast = "fal-ai/imagen4/preview/fast";
    private const string Aiml = "google/imagen4/preview";

    public static TheoryData<string, string, string> Requests => new()
    {
        { "chainhub", Fal, SeedDocument.Open("chainhub.txt").YamlExamples()[0].ToJsonString() },
        { "kkiai", Fal, SeedDocument.Open("kkiai.txt").Objects()[0].ToJsonString() },
        { "fal", Fal, SeedDocument.Open("fal-preview.txt").Objects()[0].ToJsonString() },
        { "fal", Fal, SeedDocument.Open("fal-preview.txt").Objects()[1].ToJsonString() },
        { "fal-sync", Fal, SeedDocument.Open("fal-preview.txt").Objects()[1].ToJsonString() },
        { "fal", FalFast, SeedDocument.Open("fal-fast.txt").ObjectAfter("in the request history.").ToJsonString() },
        { "fal-sync", FalFast, SeedDocument.Open("fal-fast.txt").ObjectAfter("in the request history.").ToJsonString() },
        { "aimlapi", Aiml, SeedDocument.Open("aimlapi.txt").ObjectAfter("JSON.stringify(").ToJsonString() },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_documents_example_request_is_what_is_sent(string provider, string model, string example)
    {
        var wanted = JsonNode.Parse(example)!.AsObject();
        var cells = wanted.Where(member => member.Key != "model").ToDictionary(
            member => InputField.ParameterFor(member.Key), member => (object?)member.Value!.ToString());
        var row = RowReader.Read(1, cells);
        var profile = HostData.BuiltIn.Providers.Single(known => known.Name == provider);
        var input = InputCheck.Check(row, model, ModelCatalog.Find(profile.Protocol, model)!);

        var sent = JsonNode.Parse(TestClient.Protocols.For(profile.Protocol).SubmitBody(model, input).Span);

        Assert.True(JsonNode.DeepEquals(wanted, sent), $"{sent}");
    }

    [Theory]
    [InlineData("chainhub")]
    [InlineData("kkiai")]
    public void An_aggregators_example_answer_is_an_accepted_request_on_its_own_address(string provider)
    {
        var document = SeedDocument.Open($"{provider}.txt");
        var example = provider == "chainhub" ? document.YamlExamples()[1] : document.Objects()[^1];
        var host = Host(provider);

        var acceptance = TestClient.Protocols.For(host.Profile.Protocol).ReadAcceptance(host, Fal, Answer(example))!;

        Assert.Equal("484ccb37-5477-44fe-8e75-6d6f6e9160b3", acceptance.Request.RequestId);
        Assert.Equal(0, acceptance.QueuePosition);
        Assert.Equal(
            new Uri(host.BaseUri, "fal-ai/imagen4/requests/484ccb37-5477-44fe-8e75-6d6f6e9160b3"), acceptance.Request.ResponseUri);
        Assert.All(
            new[] { acceptance.Request.StatusUri!, acceptance.Request.ResponseUri!, acceptance.Request.CancelUri! },
            address => Assert.Equal(host.BaseUri.Host, address.Host));
    }

    [Fact]
    public void Fals_example_output_with_a_seed_is_a_result()
    {
        var result = SyncResult("fal-sync", Fal, SeedDocument.Open("fal-preview.txt").Objects()[2]);

        Assert.Equal(42, result.Seed);
        Assert.Equal(new ImageBytes.Remote("https://v3.fal.media/files/rabbit/rmgBxhwGYb2d3pl3x9sKf_output.png"), result.Images.Single().Bytes);
    }

    [Fact]
    public void Fals_example_output_with_a_description_is_a_result()
    {
        var result = SyncResult("fal-sync", FalFast, SeedDocument.Open("fal-fast.txt").ObjectAfter("The description of the generated images."));

        var image = result.Images.Single().Image;
        Assert.Equal("", result.Description);
        Assert.Equal("MNWc2sdR8v_VLWqVp7ag8_output.png", image.FileName);
        Assert.Equal("image/png", image.ContentType);
        Assert.Equal("https://v3.fal.media/files/elephant/MNWc2sdR8v_VLWqVp7ag8_output.png", image.Uri);
    }

    [Fact]
    public void AI_ML_APIs_example_answer_is_a_result()
    {
        var result = SyncResult("aimlapi", Aiml, SeedDocument.Open("aimlapi.txt").Objects()[^1]);

        var image = result.Images.Single().Image;
        Assert.Equal(3360388064, result.Seed);
        Assert.Equal(1665805, image.FileSize);
        Assert.Equal("https://cdn.aimlapi.com/eagle/files/panda/tI_UTxAzqLqWZZqSoNqsO_output.png", image.Uri);
    }

    [Theory]
    [InlineData("""{"data":[{"url":"https://cdn.example/a.png","b64_json":null}],"meta":{"usage":{"credits_used":105000}}}""")]
    [InlineData("""{"data":[{"url":null,"b64_json":"aGVsbG8="}],"meta":{"usage":{"credits_used":105000}}}""")]
    public void AI_ML_APIs_schema_is_understood_as_well_as_its_example(string answer)
    {
        var result = SyncResult("aimlapi", Aiml, JsonNode.Parse(answer)!.AsObject());

        Assert.Single(result.Images);
        Assert.Equal(105000, result.BillableUnits);
    }

    [Fact]
    public void AI_ML_APIs_inputs_are_defined_as_its_schema_has_them()
    {
        var schema = SeedDocument.Open("aimlapi.txt").ObjectAfter("```json\n")["paths"]!["/v1/images/generations"]!["post"]!["requestBody"]!
            ["content"]!["application/json"]!["schema"]!["properties"]!.AsObject();
        var model = ModelCatalog.Find(HostProtocol.ImagesGenerations, Aiml)!;

        Assert.Equal(schema.Select(member => member.Key).Where(name => name != "model"), model.Inputs.Select(input => input.Name));
        Assert.All(model.Inputs, input =>
        {
            var documented = schema[input.Name]!.AsObject();
            Assert.Equal(documented["enum"]?.AsArray().Select(choice => choice!.GetValue<string>()) ?? [], input.Choices);
            Assert.Equal((long?)documented["maximum"], input.Maximum);
            Assert.Equal((int?)documented["maxLength"], input.MaximumLength);
        });
    }

    private static HostResult SyncResult(string provider, string model, JsonObject answer)
    {
        var host = Host(provider);
        return TestClient.Protocols.For(host.Profile.Protocol).ReadAcceptance(host, model, Answer(answer))!.Answered!;
    }

    private static HostConnection Host(string provider) =>
        new(HostData.BuiltIn.Providers.Single(known => known.Name == provider), new ApiKey("a-key", "the test"), TimeProvider.System);

    private static HostResponse Answer(JsonObject body)
    {
        using var response = new HttpResponseMessage();
        return new HostResponse(response.StatusCode, response.Headers, "application/json", Encoding.UTF8.GetBytes(body.ToJsonString()));
    }
}
