using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Input;

public sealed class ImageInputTests
{
    [Fact]
    public void The_body_of_a_submit_has_what_was_given_and_nothing_else()
    {
        var input = new ImageInput { Prompt = "zwei Füchse 狐 <b>&'\"", NumImages = 2, ["sync_mode"] = false, AdditionalInput = TestHost.Additional("""{"style":null}""") };

        Assert.Equal(
            """{"prompt":"zwei Füchse 狐 <b>&'\"","num_images":2,"sync_mode":false,"style":null}""",
            Encoding.UTF8.GetString(new FalQueueProtocol().SubmitBody(TestHost.Model, input).Span));
    }

    [Fact]
    public async Task Every_input_is_written_under_the_hosts_own_name()
    {
        var input = new ImageInput
        {
            Prompt = "p", ["negative_prompt"] = "n", ["aspect_ratio"] = "1:1", NumImages = 1, Seed = 2, ["resolution"] = "1K", ["output_format"] = "png", ["sync_mode"] = true,
            ["safety_tolerance"] = "4", ["enhance_prompt"] = true, ["person_generation"] = "dont_allow", ["safety_setting"] = "block_only_high", ["add_watermark"] = false,
        };

        using var content = new PaidContent(new FalQueueProtocol().SubmitBody(TestHost.Model, input));
        var body = JsonNode.Parse(await content.ReadAsStringAsync())!.AsObject();

        Assert.Equal(InputField.All.Select(field => field.Name), body.Select(member => member.Key));
        Assert.Equal("application/json", content.Headers.ContentType!.ToString());
        Assert.Equal(Encoding.UTF8.GetByteCount(body.ToJsonString()), content.Headers.ContentLength);
    }

    [Fact]
    public void Inputs_are_copied_to_the_objects_users_see_under_the_parameters_names()
    {
        var input =
            new ImageInput { Prompt = "p", NumImages = 3, Seed = long.MaxValue, AdditionalInput = TestHost.Additional("""{"a":1}""") };
        var result = new ImagenResult();

        input.CopyTo(result);

        Assert.Equal(("p", 3, long.MaxValue, """{"a":1}"""), (result.Prompt, result.NumImages, result.Seed, result.AdditionalInput));
        Assert.Null(result.SyncMode);
    }

    [Theory]
    [InlineData("""{"prompt":"x","enhance_prompt":"true"}""")]
    [InlineData("""{"prompt":"x","safety_tolerance":4}""")]
    [InlineData("""{"prompt":"x","num_images":2.5,"style":null}""")]
    public void A_known_input_of_another_kind_is_read_back_as_the_additional_input_it_was(string json)
    {
        var input = JsonSerializer.Deserialize(json, ImageInputJson.Plain.ImageInput)!;

        Assert.Equal("x", input.Prompt);
        Assert.NotEmpty(input.AdditionalInput!);
        Assert.Equal(json, JsonSerializer.Serialize(input, ImageInputJson.Plain.ImageInput));
    }
}
