using System.Text.Json.Nodes;
using Imagen4.Emulator.Tests.Images;
using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Hosts;

public sealed class AimlApiTests : EmulatorTest
{
    private const string Url = "/aimlapi/v1/images/generations";

    internal override EmulatorOptions Options => base.Options with { GenerationTime = TimeSpan.Zero };

    [Fact]
    public async Task Example_is_answered_as_the_document_shows()
    {
        var document = SeedDocument.Open("aimlapi");
        const string Input = """{"prompt": "Racoon eating ice-cream", "model": "google/imagen4/preview", "aspect_ratio": "16:9"}""";

        var reply = await PostAsync(Input);

        Assert.Equal(201, reply.Status);
        var image = reply.Json.GetProperty("images")[0];
        var url = image.GetProperty("url").GetString()!;
        Assert.Equal(
            document.ObjectAfter("<summary>Response</summary>")
                .Replace("https://cdn.aimlapi.com/eagle/files/panda/tI_UTxAzqLqWZZqSoNqsO_output.png", url, StringComparison.Ordinal)
                .Replace("1665805", image.GetProperty("file_size").GetRawText(), StringComparison.Ordinal)
                .Replace("3360388064", reply.Json.GetProperty("seed").GetRawText(), StringComparison.Ordinal),
            reply.Text);
        var file = await Client.DownloadAsync(url);
        Assert.Equal(image.GetProperty("file_size").GetInt32(), file.Content.Length);
        Assert.Equal((1408, 768), PngSize(file.Content));
    }

    [Fact]
    public void Data_is_the_documents_schema()
    {
        var document = JsonNode.Parse(SeedDocument.Open("aimlapi").ObjectAfter("```json"))!;
        var schema = document["paths"]!["/v1/images/generations"]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!;
        foreach (var (_, property) in schema["properties"]!.AsObject())
        {
            property!.AsObject().Remove("description");
        }

        using var stream = typeof(EmulatorServer).Assembly.GetManifestResourceStream("generations.json")!;
        var data = JsonNode.Parse(stream)!;

        Assert.Equal(schema["properties"]!.ToJsonString(), data["properties"]!.ToJsonString());
        Assert.Equal(schema["required"]!.ToJsonString(), data["required"]!.ToJsonString());
    }

    [Fact]
    public async Task Base64_comes_in_the_other_shape()
    {
        var reply = await PostAsync(
            """{"model":"google/imagen4/preview","prompt":"a","num_images":2,"convert_base64_to_url":false,"seed":7}""");

        Assert.Equal(200, reply.Status);
        Assert.Equal(["data", "meta"], reply.Json.EnumerateObject().Select(property => property.Name));
        var data = reply.Json.GetProperty("data").EnumerateArray().ToArray();
        Assert.Equal(2, data.Length);
        Assert.All(data, image => Assert.Equal(
            (1024, 1024), PngSize(Convert.FromBase64String(image.GetProperty("b64_json").GetString()!))));
        Assert.True(reply.Json.GetProperty("meta").GetProperty("usage").GetProperty("credits_used").GetInt64() > 0);
    }

    [Theory]
    [InlineData("""{"prompt":"a"}""", "model: Required")]
    [InlineData("""{"model":"google/imagen4/preview"}""", "prompt: Required")]
    [InlineData("""{"model":5,"prompt":"a"}""", "model: Expected string, received number")]
    [InlineData("""{"model":"google/imagen4/preview","prompt":"a","num_images":5}""", "num_images: Number must be less than or equal to 4")]
    [InlineData("""{"model":"google/imagen4/preview","prompt":"a","num_images":"2"}""", "num_images: Expected number, received string")]
    [InlineData("""{"model":"google/imagen4/preview","prompt":"a","num_images":1.5}""", "num_images: Expected integer, received float")]
    [InlineData(
        """{"model":"google/imagen4/preview","prompt":"a","seed":-1}""", "seed: Number must be greater than or equal to 0")]
    [InlineData(
        """{"model":"google/imagen4/preview","prompt":"a","seed":4294967296}""", "seed: Number must be less than or equal to 4294967295")]
    [InlineData(
        """{"model":"google/imagen4/preview","prompt":"a","aspect_ratio":"2:1"}""", "aspect_ratio: Invalid enum value. Expected '1:1' |")]
    [InlineData(
        """{"model":"google/imagen4/preview","prompt":"a","add_watermark":"no"}""", "add_watermark: Expected boolean, received string")]
    [InlineData("""{"model":"google/imagen4/preview","prompt":"a","seed":null}""", "seed: Expected number, received null")]
    [InlineData("[]", "Input should be a valid dictionary")]
    [InlineData("{", "JSON decode error")]
    public async Task Wrong_input_is_refused_before_it_is_billed(string input, string words)
    {
        var reply = await PostAsync(input);

        AssertError(reply, 400, $"Body validation error! {words}");
        Assert.Empty(await BillsAsync());
    }

    [Theory]
    [InlineData("\"seed\":0", 1)]
    [InlineData("\"seed\":4294967295", 1)]
    [InlineData("\"num_images\":4", 4)]
    [InlineData("\"num_images\":0", 0)]
    [InlineData("\"num_images\":-1", 0)]
    public async Task Limits_are_those_of_the_schema_and_no_others(string field, int images)
    {
        var reply = await PostAsync($$"""{"model":"google/imagen4/preview","prompt":"a",{{field}}}""");

        Assert.Equal(201, reply.Status);
        Assert.Equal(images, reply.Json.GetProperty("images").GetArrayLength());
        Assert.Equal(images, Assert.Single(await BillsAsync()).GetProperty("images").GetInt32());
    }

    [Theory]
    [InlineData(400, 201)]
    [InlineData(401, 400)]
    public async Task Prompt_has_at_most_400_characters(int length, int status)
    {
        var reply = await PostAsync($$"""{"model":"google/imagen4/preview","prompt":"{{new string('x', length)}}"}""");

        Assert.Equal(status, reply.Status);
    }

    [Fact]
    public async Task Unknown_model_is_not_found()
    {
        AssertError(await PostAsync("""{"model":"google/imagen9","prompt":"a"}"""), 404, "Model not found");
        Assert.Equal(201, (await PostAsync("""{"model":"google/imagen-4.0-fast-generate-001","prompt":"a"}""")).Status);
    }

    [Fact]
    public async Task Bill_has_the_input_as_it_came()
    {
        var reply = await PostAsync("""{"model":"google/imagen4/preview","prompt":"a","resolution":"2K"}""");

        var bill = Assert.Single(await BillsAsync());
        Assert.Equal(reply.Header("x-request-id"), bill.GetProperty("request_id").GetString());
        Assert.Equal("aimlapi", bill.GetProperty("host").GetString());
        Assert.Equal("2K", bill.GetProperty("input").GetProperty("resolution").GetString());
    }

    [Theory]
    [InlineData("forbidden", 422, "The content could not be processed")]
    [InlineData("[emulator:internal_error]", 500, "Internal error")]
    public async Task Failure_of_the_model_has_the_hosts_form(string prompt, int status, string words)
    {
        AssertError(await PostAsync($$"""{"model":"google/imagen4/preview","prompt":"{{prompt}}"}"""), status, words);
        Assert.Single(await BillsAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Key test-key")]
    public async Task Only_a_bearer_token_opens(string? authorization)
    {
        Client.Authorization = authorization;

        var reply = await Client.SendAsync(HttpMethod.Post, Url, """{"model":"google/imagen4/preview","prompt":"a"}""");

        AssertError(reply, 401, "This request requires a valid API key.");
    }

    [Theory]
    [InlineData("GET", Url)]
    [InlineData("GET", "/aimlapi/v1/models")]
    public async Task Nothing_else_is_there(string method, string path)
    {
        Assert.Equal(404, (await Client.SendAsync(new HttpMethod(method), path)).Status);
    }

    private Task<Reply> PostAsync(string body)
    {
        Client.Authorization = "Bearer test-key";
        return Client.SendAsync(HttpMethod.Post, Url, body);
    }

    private static void AssertError(Reply reply, int status, string words)
    {
        Assert.Equal(status, reply.Status);
        Assert.Equal(
            ["message", "path", "requestId", "statusCode", "timestamp"], reply.Json.EnumerateObject().Select(property => property.Name));
        Assert.StartsWith(words, reply.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("/v1/images/generations", reply.Json.GetProperty("path").GetString());
        Assert.Equal(status, reply.Json.GetProperty("statusCode").GetInt32());
        Assert.Equal(reply.Header("x-request-id"), reply.Json.GetProperty("requestId").GetString());
    }

    private static (int Width, int Height) PngSize(byte[] content)
    {
        var image = Picture.Decode(content);
        return (image.Width, image.Height);
    }
}
