using System.Text.Json;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Fal;

public sealed class DirectiveTests : EmulatorTest
{
    [Theory]
    [InlineData("internal_server_error", 500, "true")]
    [InlineData("generation_timeout", 504, "true")]
    [InlineData("downstream_service_error", 400, "false")]
    [InlineData("downstream_service_unavailable", 500, "true")]
    [InlineData("content_policy_violation", 422, "false")]
    [InlineData("no_media_generated", 422, "false")]
    [InlineData("sequence_too_long", 422, "false")]
    [InlineData("feature_not_supported", 422, "false")]
    [InlineData("image_too_large", 422, "false")]
    public async Task Model_errors_have_a_detail_list(string type, int status, string retryable)
    {
        var result = await RunAsync($$"""{"prompt":"a fox [emulator:{{type}}]"}""");

        Assert.Equal(status, result.Status);
        Assert.Equal(retryable, result.Header("X-Fal-Retryable"));
        Assert.Equal(type, result.Header("X-Fal-Error-Type"));
        Assert.Equal(type, result.Json.GetProperty("detail")[0].GetProperty("type").GetString());
        Assert.Null(result.Header("X-Fal-Billable-Units"));
    }

    [Theory]
    [InlineData("request_timeout", 504)]
    [InlineData("startup_timeout", 504)]
    [InlineData("runner_scheduling_failure", 503)]
    [InlineData("runner_disconnected", 503)]
    [InlineData("runner_incomplete_response", 502)]
    [InlineData("runner_server_error", 500)]
    [InlineData("internal_error", 500)]
    [InlineData("client_disconnected", 499)]
    [InlineData("bad_request", 400)]
    public async Task Infrastructure_errors_are_flat(string type, int status)
    {
        var result = await RunAsync($$"""{"prompt":"[emulator:{{type}}] a fox"}""");

        Assert.Equal(status, result.Status);
        Assert.Equal(type, result.Json.GetProperty("error_type").GetString());
        Assert.Equal(JsonValueKind.String, result.Json.GetProperty("detail").ValueKind);
        Assert.Equal(type, result.Header("X-Fal-Error-Type"));
    }

    [Fact]
    public async Task Every_documented_type_can_be_provoked()
    {
        foreach (var type in FailureCatalogue.Types)
        {
            var result = await RunAsync($$"""{"prompt":"[emulator:{{type}}]"}""");
            Assert.Equal(type, result.Header("X-Fal-Error-Type"));
        }
    }

    [Theory]
    [InlineData("a forbidden thing")]
    [InlineData("Forbidden!")]
    [InlineData("[emulator:content_policy_violation]")]
    public async Task Policy_violation_points_at_the_prompt(string prompt)
    {
        var result = await RunAsync($$"""{"prompt":"{{prompt}}"}""");

        var detail = result.Json.GetProperty("detail")[0];
        Assert.Equal("content_policy_violation", detail.GetProperty("type").GetString());
        Assert.Equal("""["body","prompt"]""", detail.GetProperty("loc").GetRawText());
        Assert.Equal(prompt, detail.GetProperty("input").GetString());
    }

    [Fact]
    public async Task Word_that_only_contains_forbidden_passes()
    {
        Assert.Equal(200, (await RunAsync("""{"prompt":"an unforbiddenness"}""")).Status);
    }

    [Fact]
    public async Task Seconds_set_the_time_of_one_job()
    {
        var id = await Client.SubmitPromptAsync("[emulator:seconds=30]");

        Time.Advance(29.9);
        Assert.Equal(202, (await Client.StatusAsync(id)).Status);
        Time.Advance(0.2);
        Assert.Equal(200, (await Client.StatusAsync(id)).Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Fewer_images_than_asked(int images)
    {
        var result = await RunAsync($$"""{"prompt":"[emulator:images={{images}}]","num_images":3}""");

        Assert.Equal(200, result.Status);
        Assert.Equal(images, result.Json.GetProperty("images").GetArrayLength());
        Assert.Equal($"{images}", result.Header("X-Fal-Billable-Units"));
    }

    [Fact]
    public async Task Detail_can_be_a_string()
    {
        var result = await RunAsync("""{"prompt":"[emulator:string_detail]"}""");

        Assert.Equal(422, result.Status);
        Assert.Equal(JsonValueKind.String, result.Json.GetProperty("detail").ValueKind);
    }

    [Fact]
    public async Task File_fields_can_be_null()
    {
        var image = (await RunAsync("""{"prompt":"[emulator:null_fields]"}""")).Json.GetProperty("images")[0];

        var nulls = image.EnumerateObject().Where(property => property.Value.ValueKind == JsonValueKind.Null);
        Assert.Equal(["content_type", "file_name", "file_size", "width", "height"], nulls.Select(property => property.Name));
    }

    [Fact]
    public async Task Result_can_be_no_json()
    {
        var result = await RunAsync("""{"prompt":"[emulator:result_not_json]"}""");

        Assert.Equal((200, "application/json"), (result.Status, result.Header("Content-Type")));
        Assert.ThrowsAny<JsonException>(() => result.Json);
    }

    [Theory]
    [InlineData("nonsense", "There is no emulator directive 'nonsense'")]
    [InlineData("seconds=soon", "needs a number")]
    [InlineData("images", "needs a number")]
    public async Task Misused_directive_fails_loudly(string directive, string words)
    {
        var result = await RunAsync($$"""{"prompt":"[emulator:{{directive}}]"}""");

        Assert.Equal(422, result.Status);
        Assert.Contains(words, result.Json.GetProperty("detail")[0].GetProperty("msg").GetString(), StringComparison.Ordinal);
    }
}
