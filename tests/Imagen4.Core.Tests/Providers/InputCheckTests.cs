using Imagen4.Core.Input;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Providers;

public sealed class InputCheckTests
{
    private const string Preview = "fal-ai/imagen4/preview";
    private const string Fast = "fal-ai/imagen4/preview/fast";

    [Theory]
    [InlineData("1:1")]
    [InlineData("16:9")]
    [InlineData("9:16")]
    [InlineData("4:3")]
    [InlineData("3:4")]
    public void Every_published_aspect_ratio_is_taken(string ratio) =>
        Assert.Equal(ratio, Check(new ImageInput { Prompt = "x", ["aspect_ratio"] = ratio })["aspect_ratio"]);

    [Fact]
    public void A_wrong_choice_names_row_model_value_and_what_is_allowed()
    {
        var error = Refused(new ImageInput { Prompt = "x", ["aspect_ratio"] = "2:1" });

        Assert.Equal(
            "Row 7, fal-ai/imagen4/preview: AspectRatio '2:1' is not one of 1:1, 16:9, 9:16, 4:3, 3:4. Nothing was sent.", error.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void One_to_four_images_are_taken(long number) =>
        Assert.Equal(number, Check(new ImageInput { Prompt = "x", NumImages = number }).NumImages);

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Any_other_number_of_images_is_refused_with_the_range(long number)
    {
        var error = Refused(new ImageInput { Prompt = "x", NumImages = number });

        Assert.Contains(FormattableString.Invariant($"NumImages {number} is outside 1 to 4"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Choices_are_sent_in_the_hosts_own_spelling()
    {
        var input = Check(new ImageInput { Prompt = "x", ["resolution"] = "2k", ["output_format"] = "PNG", ["safety_tolerance"] = "6", Seed = -3 });

        Assert.Equal(("2K", "png", "6", -3L), (input["resolution"], input["output_format"], input["safety_tolerance"], input.Seed));
    }

    [Theory]
    [InlineData("gif")]
    [InlineData("jpg")]
    public void A_format_the_model_does_not_write_is_refused(string format) =>
        Assert.Contains(
            $"OutputFormat '{format}' is not one of jpeg, png, webp",
            Refused(new ImageInput { Prompt = "x", ["output_format"] = format }).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("0")]
    [InlineData("7")]
    [InlineData("high")]
    public void A_safety_tolerance_outside_one_to_six_is_refused(string value) =>
        Assert.Contains(
            "is not one of 1, 2, 3, 4, 5, 6",
            Refused(new ImageInput { Prompt = "x", ["safety_tolerance"] = value }).Message, StringComparison.Ordinal);

    [Fact]
    public void The_fast_model_has_no_resolution_and_the_message_lists_what_it_has()
    {
        var error = Refused(new ImageInput { Prompt = "x", ["resolution"] = "1K" }, Fast);

        Assert.Contains("it does not take Resolution (it takes Prompt, NegativePrompt, AspectRatio, NumImages, Seed, OutputFormat, SyncMode, SafetyTolerance)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_offence_is_named_at_once()
    {
        var error = Refused(new ImageInput { ["aspect_ratio"] = "2:1", NumImages = 9 });

        Assert.Contains("Prompt is missing; AspectRatio '2:1' is not one of", error.Message, StringComparison.Ordinal);
        Assert.Contains("; NumImages 9 is outside 1 to 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_else_of_a_row_passes_through_unchanged()
    {
        var input = new ImageInput { Prompt = " two  foxes ", Seed = long.MaxValue, ["sync_mode"] = false, AdditionalInput = TestHost.Additional("""{"style":"oil","none":null}""") };

        var passed = Check(input);

        Assert.Equal(input with { AdditionalInput = null }, passed with { AdditionalInput = null });
        Assert.Equal("""{"style":"oil","none":null}""", TestHost.Json(passed));
    }

    [Theory]
    [InlineData("prompt", "Prompt")]
    [InlineData("num_images", "NumImages")]
    [InlineData("safety_tolerance", "SafetyTolerance")]
    [InlineData("Num_Images", "NumImages")]
    [InlineData("NumImages", "NumImages")]
    [InlineData("aspectRATIO", "AspectRatio")]
    public void Additional_input_does_not_take_what_the_model_has_a_parameter_for(string name, string parameter)
    {
        var error = Refused(new ImageInput { Prompt = "x", AdditionalInput = TestHost.Additional($$"""{"{{name}}":null}""") });

        Assert.Equal(
            $"Row 7, {Preview}: AdditionalInput has '{name}', which has a parameter of its own: use {parameter}. Nothing was sent.", error.Message);
    }

    [Fact]
    public void An_additional_input_in_another_case_is_told_how_the_model_spells_it()
    {
        const string model = "google/imagen4/preview";
        var row = new ImageRow { Index = 7, Input = new ImageInput { Prompt = "x", AdditionalInput = TestHost.Additional("""{"Convert_Base64_To_Url":true}""") } };

        var error = Assert.Throws<InvalidInputException>(() => InputCheck.Check(row, model, HostData.BuiltIn.Models.Single(known => known.Ids.Contains(model))));

        Assert.Equal($"Row 7, {model}: AdditionalInput has 'Convert_Base64_To_Url', which the model spells convert_base64_to_url. Nothing was sent.", error.Message);
    }

    [Fact]
    public void Additional_input_passes_what_the_model_is_not_known_to_take()
    {
        var input = new ImageInput { Prompt = "x", AdditionalInput = TestHost.Additional("""{"resolution":"4K"}""") };

        Assert.Equal("""{"resolution":"4K"}""", TestHost.Json(Check(input, Fast)));
    }

    [Fact]
    public void An_input_that_the_newest_schema_dropped_is_told_by_its_parameter()
    {
        Assert.Equal(
            ["NegativePrompt"],
            InputCheck.Superseded(new ImageInput { Prompt = "x", ["negative_prompt"] = "snow" }, Definition(Preview)));
        Assert.Empty(InputCheck.Superseded(new ImageInput { Prompt = "x", Seed = 1 }, Definition(Preview)));
    }

    private static ImageInput Check(ImageInput input, string model = Preview) =>
        InputCheck.Check(new ImageRow { Index = 7, Input = input }, model, Definition(model));

    private static InvalidInputException Refused(ImageInput input, string model = Preview) =>
        Assert.Throws<InvalidInputException>(() => Check(input, model));

    private static ModelDefinition Definition(string id) => HostData.BuiltIn.Models.Single(model => model.IsFor(HostProtocol.FalQueue, id));
}
