using Imagen4.Core.Input;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Providers;

/// <summary>The models of fal's that are built in because they are alive: what each takes, as fal's own client types it.</summary>
public sealed class LivingModelTests
{
    private const string Common = "prompt aspect_ratio num_images seed output_format sync_mode safety_tolerance limit_generations";
    private const string Thinking = "system_prompt thinking_level";

    public static TheoryData<string, string, int> Models { get; } = new()
    {
        { "fal-ai/nano-banana", Common, 10 },
        { "fal-ai/nano-banana/edit", $"{Common} image_urls!", 11 },
        { "fal-ai/gemini-25-flash-image", Common, 10 },
        { "fal-ai/gemini-25-flash-image/edit", $"{Common} image_urls!", 11 },
        { "fal-ai/nano-banana-2", $"{Common} {Thinking} resolution enable_web_search", 15 },
        { "fal-ai/nano-banana-2/edit", $"{Common} {Thinking} resolution enable_web_search image_urls video_url audio_url pdf_url", 15 },
        { "fal-ai/gemini-3.1-flash-image-preview", $"{Common} {Thinking} resolution enable_web_search", 15 },
        { "fal-ai/gemini-3.1-flash-image-preview/edit", $"{Common} {Thinking} resolution enable_web_search image_urls video_url audio_url pdf_url", 15 },
        { "fal-ai/nano-banana-pro", $"{Common} system_prompt resolution enable_web_search", 11 },
        { "fal-ai/nano-banana-pro/edit", $"{Common} system_prompt resolution enable_web_search image_urls!", 11 },
        { "fal-ai/gemini-3-pro-image-preview", $"{Common} system_prompt resolution enable_web_search", 11 },
        { "fal-ai/gemini-3-pro-image-preview/edit", $"{Common} system_prompt resolution enable_web_search image_urls!", 11 },
        { "google/nano-banana-lite", $"{Common} {Thinking}", 15 },
        { "google/nano-banana-lite/edit", $"{Common} {Thinking} image_urls", 15 },
        { "google/nano-banana-2-lite", $"{Common} {Thinking}", 15 },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Each_takes_what_the_official_client_types(string id, string inputs, int ratios)
    {
        foreach (var protocol in (HostProtocol[])[HostProtocol.FalQueue, HostProtocol.FalSync])
        {
            var model = ModelCatalog.Find(protocol, id)!;

            Assert.Equal(
                inputs.Split(' ').Order(StringComparer.Ordinal),
                model.Inputs.Select(input => input.Required && input.Name != "prompt" ? $"{input.Name}!" : input.Name).Order(StringComparer.Ordinal));
            Assert.True(model.Inputs.Single(input => input.Name == "prompt").Required);
            Assert.Equal(ratios, model.Inputs.Single(input => input.Name == "aspect_ratio").Choices.Count);
            Assert.Equal(id.EndsWith("/edit", StringComparison.Ordinal) ? "image-to-image" : "text-to-image", model.Category);
            Assert.Contains("381105e", model.Source, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{"image_urls":"https://a.example/1.png"}""", null)]
    [InlineData("""{"image_urls":["https://a.example/1.png","https://a.example/2.png"]}""", null)]
    [InlineData("""{"image_urls":[]}""", "image_urls is missing (-ImagePath or -ImageUri)")]
    [InlineData("""{}""", "image_urls is missing (-ImagePath or -ImageUri)")]
    [InlineData("""{"image_urls":[1]}""", "image_urls is [1]; it takes a list of texts")]
    [InlineData("""{"image_urls":{}}""", "image_urls is {}; it takes a list of texts")]
    [InlineData("""{"image_urls":["a"],"limit_generations":"yes"}""", "limit_generations is \"yes\"; it takes true or false")]
    [InlineData("""{"image_urls":["a"],"enable_web_search":1}""", "enable_web_search is 1; it takes true or false")]
    [InlineData("""{"image_urls":["a"],"system_prompt":5}""", "system_prompt is 5; it takes text")]
    [InlineData("""{"image_urls":["a"],"Image_URLs":["b"]}""", "AdditionalInput has 'Image_URLs', which the model spells image_urls")]
    public void Inputs_without_a_parameter_are_checked(string additional, string? offence)
    {
        const string Edit = "fal-ai/nano-banana-pro/edit";
        var row = new ImageRow { Index = 3, Input = new ImageInput { Prompt = "x", AdditionalInput = TestHost.Additional(additional) } };
        var model = ModelCatalog.Find(HostProtocol.FalQueue, Edit)!;

        if (offence is null)
        {
            Assert.StartsWith("""{"image_urls":["https://a.example/1.png""", TestHost.Json(InputCheck.Check(row, Edit, model)), StringComparison.Ordinal);
            return;
        }

        Assert.Equal(
            $"Row 3, {Edit}: {offence}. Nothing was sent.", Assert.Throws<InvalidInputException>(() => InputCheck.Check(row, Edit, model)).Message);
    }

    [Fact]
    public void A_thinking_level_is_one_of_those_there_are()
    {
        const string Model = "google/nano-banana-lite";
        var row = new ImageRow { Index = 1, Input = new ImageInput { Prompt = "x", AdditionalInput = TestHost.Additional("""{"thinking_level":"deep"}""") } };

        Assert.Contains(
            "thinking_level 'deep' is not one of minimal, high",
            Assert.Throws<InvalidInputException>(() => InputCheck.Check(row, Model, ModelCatalog.Find(HostProtocol.FalQueue, Model)!)).Message, StringComparison.Ordinal);
    }
}
