using System.Text.Json;
using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Fal;

public sealed class ValidationTests : EmulatorTest
{
    [Theory]
    [InlineData("""{}""", "prompt", "missing", null)]
    [InlineData("""{"prompt":null}""", "prompt", "string_type", null)]
    [InlineData("""{"prompt":5}""", "prompt", "string_type", null)]
    [InlineData("""{"prompt":"\ud800"}""", "prompt", "string_unicode", null)]
    [InlineData("""{"prompt":"x","negative_prompt":null}""", "negative_prompt", "string_type", null)]
    [InlineData("""{"prompt":"x","aspect_ratio":"2:1"}""", "aspect_ratio", "one_of", """{"expected":["1:1","16:9","9:16","4:3","3:4"]}""")]
    [InlineData("""{"prompt":"x","num_images":0}""", "num_images", "greater_than_equal", """{"ge":1}""")]
    [InlineData("""{"prompt":"x","num_images":5}""", "num_images", "less_than_equal", """{"le":4}""")]
    [InlineData("""{"prompt":"x","num_images":2.6}""", "num_images", "int_from_float", null)]
    [InlineData("""{"prompt":"x","num_images":"five"}""", "num_images", "int_parsing", null)]
    [InlineData("""{"prompt":"x","num_images":null}""", "num_images", "int_type", null)]
    [InlineData("""{"prompt":"x","num_images":1e30}""", "num_images", "int_parsing_size", null)]
    [InlineData("""{"prompt":"x","seed":"abc"}""", "seed", "int_parsing", null)]
    [InlineData("""{"prompt":"x","resolution":"4K"}""", "resolution", "one_of", """{"expected":["1K","2K"]}""")]
    [InlineData("""{"prompt":"x","output_format":"gif"}""", "output_format", "one_of", """{"expected":["jpeg","png","webp"]}""")]
    [InlineData("""{"prompt":"x","sync_mode":"maybe"}""", "sync_mode", "bool_parsing", null)]
    [InlineData("""{"prompt":"x","sync_mode":[]}""", "sync_mode", "bool_type", null)]
    [InlineData("""{"prompt":"x","safety_tolerance":7}""", "safety_tolerance", "one_of", """{"expected":["1","2","3","4","5","6"]}""")]
    public async Task Wrong_input_is_accepted_and_fails_in_the_result(string input, string field, string type, string? context)
    {
        var result = await RunAsync(input);

        Assert.Equal(422, result.Status);
        Assert.Equal("false", result.Header("X-Fal-Retryable"));
        Assert.Equal(type, result.Header("X-Fal-Error-Type"));
        var detail = Assert.Single(result.Json.GetProperty("detail").EnumerateArray());
        Assert.Equal(["body", field], detail.GetProperty("loc").EnumerateArray().Select(part => part.GetString()));
        Assert.Equal(type, detail.GetProperty("type").GetString());
        Assert.EndsWith($"#{type}", detail.GetProperty("url").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(detail.GetProperty("msg").GetString()!);
        Assert.True(detail.TryGetProperty("input", out _));
        Assert.Equal(context, detail.TryGetProperty("ctx", out var given) ? given.GetRawText() : null);
        var bill = Assert.Single(await BillsAsync());
        Assert.Equal(0, bill.GetProperty("images").GetInt32());
    }

    [Fact]
    public async Task All_problems_are_told_together()
    {
        var result = await RunAsync("""{"num_images":9,"aspect_ratio":"2:1"}""");

        Assert.Equal(
            ["prompt", "aspect_ratio", "num_images"],
            result.Json.GetProperty("detail").EnumerateArray().Select(detail => detail.GetProperty("loc")[1].GetString()));
    }

    [Theory]
    [InlineData("""{"prompt":"x","num_images":"3"}""", 3)]
    [InlineData("""{"prompt":"x","num_images":3.0}""", 3)]
    [InlineData("""{"prompt":"x","num_images":true}""", 1)]
    [InlineData("""{"prompt":"x","seed":null}""", 1)]
    [InlineData("""{"prompt":"","sync_mode":"off"}""", 1)]
    [InlineData("""{"prompt":"x","colour":"red","num_images":2}""", 2)]
    public async Task Lenient_conversions_and_unknown_fields_pass(string input, int images)
    {
        var result = await RunAsync(input);

        Assert.Equal(200, result.Status);
        Assert.Equal(images, result.Json.GetProperty("images").GetArrayLength());
    }

    [Fact]
    public async Task Fast_has_no_resolution_and_ignores_it()
    {
        var result = await RunAsync("""{"prompt":"x","resolution":"8K"}""", $"{FalClient.Model}/fast");

        Assert.Equal(200, result.Status);
        Assert.Equal(1024, result.Json.GetProperty("images")[0].GetProperty("width").GetInt32());
    }
}

/// <summary>Which fields a model has follows the date of the schema: one it does not have is ignored, even when it is wrong.</summary>
public sealed class DatedSchemaTests
{
    private const string EveryFieldWrong = """
        {
          "negative_prompt": 1, "aspect_ratio": 1, "num_images": "x", "seed": "x", "resolution": 1,
          "output_format": 1, "sync_mode": [], "safety_tolerance": 4
        }
        """;

    [Theory]
    [InlineData("2025-07", "prompt,negative_prompt,aspect_ratio,num_images,seed")]
    [InlineData("2025-10", "prompt,negative_prompt,aspect_ratio,num_images,seed,resolution")]
    [InlineData("2025-12", "prompt,num_images,aspect_ratio,output_format,sync_mode,resolution")]
    [InlineData("2026-04", "prompt,num_images,aspect_ratio,output_format,sync_mode,safety_tolerance,seed,resolution")]
    [InlineData("union", "prompt,negative_prompt,aspect_ratio,num_images,seed,resolution,output_format,sync_mode,safety_tolerance")]
    public async Task Checks_the_fields_of_its_date(string schema, string fields)
    {
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions { Schema = schema });
        using var client = new FalClient(server.Address);

        var submitted = await client.SubmitAsync(EveryFieldWrong);
        var result = await client.ResultAsync(submitted.Json.GetProperty("request_id").GetString()!);

        Assert.Equal(fields, string.Join(',', result.Json.GetProperty("detail").EnumerateArray().Select(Field)));
    }

    private static string? Field(JsonElement detail) => detail.GetProperty("loc")[1].GetString();
}
