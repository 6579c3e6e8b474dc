using System.Text.Json.Nodes;
using Imagen4.Core.Input;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Input;

public sealed class RowReaderTests
{
    [Fact]
    public void Every_cell_reaches_its_input()
    {
        var row = Read(
            ("Prompt", "a \"red\" fox,\r\nrunning"), ("NegativePrompt", "snow"), ("AspectRatio", " 16:9 "), ("NumImages", "2"), ("Seed", 7),
            ("Resolution", "2K"), ("OutputFormat", "webp"), ("SyncMode", "true"), ("SafetyTolerance", 5), ("Key", "row-1"),
            ("Provider", " emulator "), ("Model", " fal-ai/imagen4/preview "), ("AdditionalInput", """{"style":"oil"}"""));

        Assert.Equal(3, row.Index);
        Assert.Equal(("row-1", "emulator", "fal-ai/imagen4/preview"), (row.Key, row.Provider, row.Model));
        Assert.Equal("a \"red\" fox,\r\nrunning", row.Input.Prompt);
        Assert.Equal(("snow", "16:9", 2L, 7L), (row.Input["negative_prompt"], row.Input["aspect_ratio"], row.Input.NumImages, row.Input.Seed));
        Assert.Equal(
            ("2K", "webp", true, "5"),
            (row.Input["resolution"], row.Input["output_format"], row.Input["sync_mode"], row.Input["safety_tolerance"]));
        Assert.Equal("""{"style":"oil"}""", TestHost.Json(row.Input));
    }

    [Fact]
    public void Empty_cells_and_unknown_columns_are_left_alone()
    {
        var row = Read(("Prompt", "x"), ("NumImages", ""), ("Seed", " "), ("SyncMode", null), ("AspectRatio", ""), ("AdditionalInput", ""), ("Notes", "five"));

        Assert.Equal(new ImageInput { Prompt = "x" }, row.Input);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t ")]
    public void A_row_without_a_prompt_is_refused_by_its_number(string? prompt)
    {
        var error = Assert.Throws<InvalidInputException>(() => Read(("Prompt", prompt)));

        Assert.Contains("Row 3: Prompt is empty", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("\"text\"")]
    [InlineData("5")]
    [InlineData("null")]
    [InlineData("{'a':1}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\":1} {\"b\":2}")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"a\":{\"b\":1,\"b\":2}}")]
    [InlineData("{\"style\":\"\\ud800\"}")]
    [InlineData("{\"\\ud800\":1}")]
    public void Additional_input_that_is_not_one_clean_JSON_object_is_refused(string text)
    {
        var error = Assert.Throws<InvalidInputException>(() => Read(("Prompt", "x"), ("AdditionalInput", text)));

        Assert.Contains("Row 3: AdditionalInput", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Additional_input_nested_without_end_is_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000);

        Assert.Throws<InvalidInputException>(() => Read(("Prompt", "x"), ("AdditionalInput", deep)));
    }

    [Fact]
    public void Additional_input_may_be_an_object_already()
    {
        var row = Read(("Prompt", "x"), ("AdditionalInput", new JsonObject { ["style"] = "oil", ["steps"] = null }));

        Assert.Equal("""{"style":"oil","steps":null}""", TestHost.Json(row.Input));
    }

    [Theory]
    [InlineData("prompt", "Prompt")]
    [InlineData("num_images", "NumImages")]
    [InlineData("safety_tolerance", "SafetyTolerance")]
    public void Additional_input_does_not_take_what_is_given_under_its_parameter(string name, string parameter)
    {
        (string, object?)[] given = parameter == "Prompt" ? [] : [("Prompt", "x")];

        var error = Assert.Throws<InvalidInputException>(
            () => Read([.. given, (parameter, "1"), ("AdditionalInput", $$"""{"{{name}}":null}""")]));

        Assert.Equal($"Row 3: AdditionalInput has '{name}', and {parameter} is given too. Use one.", error.Message);
    }

    [Theory]
    [InlineData("NumImages")]
    [InlineData("Seed")]
    public void A_cell_that_is_no_number_is_refused_under_its_parameter(string parameter)
    {
        var error = Assert.Throws<InvalidInputException>(() => Read(("Prompt", "x"), (parameter, "2.6")));

        Assert.Equal($"Row 3: {parameter} is '2.6', not a whole number.", error.Message);
    }

    [Fact]
    public void A_prompt_with_half_a_character_is_refused_because_it_could_not_be_sent_as_it_is()
    {
        var error = Assert.Throws<InvalidInputException>(() => Read(("Prompt", "a fox \ud83e")));

        Assert.Contains("Row 3: Prompt", error.Message, StringComparison.Ordinal);
    }

    private static ImageRow Read(params (string Name, object? Value)[] cells) =>
        RowReader.Read(3, cells.ToDictionary(cell => cell.Name, cell => cell.Value));
}
