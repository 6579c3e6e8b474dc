using Imagen4.Emulator.Images;
using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Fal;

/// <summary>The models that are alive at fal: each has its own schema, whatever the date of Imagen's, its own output and a price.</summary>
public sealed class LivingModelTests : EmulatorTest
{
    public static TheoryData<string, string> Models { get; } = new()
    {
        { "fal-ai/nano-banana", "0.039" },
        { "fal-ai/nano-banana/edit", "0.039" },
        { "fal-ai/gemini-25-flash-image", "0.039" },
        { "fal-ai/gemini-25-flash-image/edit", "0.039" },
        { "fal-ai/nano-banana-2", "0.08" },
        { "fal-ai/nano-banana-2/edit", "0.08" },
        { "fal-ai/gemini-3.1-flash-image-preview", "0.08" },
        { "fal-ai/gemini-3.1-flash-image-preview/edit", "0.08" },
        { "fal-ai/nano-banana-pro", "0.15" },
        { "fal-ai/nano-banana-pro/edit", "0.15" },
        { "fal-ai/gemini-3-pro-image-preview", "0.15" },
        { "fal-ai/gemini-3-pro-image-preview/edit", "0.15" },
        { "google/nano-banana-lite", "0.02" },
        { "google/nano-banana-lite/edit", "0.02" },
        { "google/nano-banana-2-lite", "0.02" },
    };

    // A model with its own schema does not follow the date of Imagen's, which had no seed then and no sync mode.
    internal override EmulatorOptions Options => base.Options with { Schema = "2025-07" };

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Each_makes_images_says_what_they_show_and_has_a_price(string model, string price)
    {
        var result = await RunAsync("""{"prompt":"x","num_images":2,"aspect_ratio":"21:9","image_urls":["https://a.example/1.png"]}""", model);

        Assert.Equal(200, result.Status);
        Assert.Equal(["images", "description"], result.Json.EnumerateObject().Select(property => property.Name));
        Assert.All(result.Json.GetProperty("images").EnumerateArray(), image =>
            Assert.Equal((1536, 672), (image.GetProperty("width").GetInt32(), image.GetProperty("height").GetInt32())));
        Assert.Equal(
            price, (await Client.GetAsync($"/v1/models/pricing?endpoint_id={model}")).Json.GetProperty("prices")[0].GetProperty("unit_price").GetRawText());
    }

    [Theory]
    [InlineData("fal-ai/nano-banana-2", """{}""", "1")]
    [InlineData("fal-ai/nano-banana-2", """{"resolution":"0.5K"}""", "0.75")]
    [InlineData("fal-ai/nano-banana-2", """{"resolution":"2K"}""", "1.5")]
    [InlineData("fal-ai/nano-banana-2", """{"resolution":"4K","num_images":3}""", "6")]
    [InlineData("fal-ai/nano-banana-2", """{"enable_web_search":true}""", "1.1875")]
    [InlineData("fal-ai/nano-banana-2", """{"enable_web_search":false,"thinking_level":"high"}""", "1.025")]
    [InlineData("fal-ai/nano-banana-2/edit", """{"resolution":"2K","num_images":2}""", "3")]
    [InlineData("fal-ai/nano-banana-pro", """{"resolution":"4K"}""", "1")]
    public async Task Each_bills_what_its_inputs_come_to(string model, string input, string units)
    {
        var result = await RunAsync($$"""{"prompt":"x"{{(input == "{}" ? "" : ",")}}{{input[1..]}}""", model);

        Assert.Equal(units, result.Header("X-Fal-Billable-Units"));
    }

    [Theory]
    [InlineData("fal-ai/nano-banana", """{"aspect_ratio":"auto"}""", "aspect_ratio", "one_of")]
    [InlineData("fal-ai/nano-banana-pro", """{"aspect_ratio":"8:1"}""", "aspect_ratio", "one_of")]
    [InlineData("fal-ai/nano-banana-pro", """{"resolution":"0.5K"}""", "resolution", "one_of")]
    [InlineData("fal-ai/nano-banana-2", """{"resolution":"8K"}""", "resolution", "one_of")]
    [InlineData("fal-ai/nano-banana-2", """{"thinking_level":"deep"}""", "thinking_level", "one_of")]
    [InlineData("fal-ai/nano-banana-2", """{"system_prompt":5}""", "system_prompt", "string_type")]
    [InlineData("fal-ai/nano-banana-2", """{"enable_web_search":"maybe"}""", "enable_web_search", "bool_parsing")]
    [InlineData("fal-ai/nano-banana/edit", """{}""", "image_urls", "missing")]
    [InlineData("fal-ai/gemini-3-pro-image-preview/edit", """{}""", "image_urls", "missing")]
    [InlineData("fal-ai/nano-banana/edit", """{"image_urls":"https://a.example/1.png"}""", "image_urls", "list_type")]
    [InlineData("fal-ai/nano-banana/edit", """{"image_urls":[1]}""", "image_urls", "string_type")]
    [InlineData("fal-ai/nano-banana-2/edit", """{"video_url":1}""", "video_url", "string_type")]
    public async Task Each_checks_its_own_inputs(string model, string input, string field, string type)
    {
        var result = await RunAsync($$"""{"prompt":"x"{{(input == "{}" ? "" : ",")}}{{input[1..]}}""", model);

        Assert.Equal((422, type), (result.Status, result.Header("X-Fal-Error-Type")));
        var detail = Assert.Single(result.Json.GetProperty("detail").EnumerateArray());
        Assert.Equal(["body", field], detail.GetProperty("loc").EnumerateArray().Select(part => part.GetString()));
    }

    [Theory]
    [InlineData("fal-ai/nano-banana", """{"prompt":"x","resolution":"8K","thinking_level":"deep"}""")]
    [InlineData("fal-ai/nano-banana-2/edit", """{"prompt":"x","aspect_ratio":"auto","thinking_level":null,"image_urls":null}""")]
    [InlineData("google/nano-banana-lite/edit", """{"prompt":"x","sync_mode":true,"aspect_ratio":"1:8"}""")]
    public async Task What_a_model_does_not_have_is_ignored_and_what_may_be_left_out_may(string model, string input) =>
        Assert.Equal(200, (await RunAsync(input, model)).Status);

    [Theory]
    [InlineData("auto", "1K", 1024, 1024)]
    [InlineData("21:9", "0.5K", 768, 336)]
    [InlineData("8:1", "1K", 2944, 368)]
    [InlineData("1:8", "4K", 1472, 11776)]
    [InlineData("4:1", "2K", 4096, 1024)]
    [InlineData("1:1", "4K", 4096, 4096)]
    public void Sizes_are_plausible(string ratio, string resolution, int width, int height) =>
        Assert.Equal(new ImageSize(width, height), ImageSize.For(ratio, resolution));

    [Theory]
    [InlineData("png")]
    [InlineData("jpeg")]
    [InlineData("webp")]
    public void The_largest_image_is_a_few_hundred_kilobytes(string format)
    {
        foreach (var ratio in (string[])["1:1", "8:1", "1:8"])
        {
            var image = new ImageRecipe(7, ImageSize.For(ratio, "4K"), ImageFormat.Named(format), 1);

            Assert.InRange(image.Render().Length, 1000, 1_500_000);
        }
    }
}
