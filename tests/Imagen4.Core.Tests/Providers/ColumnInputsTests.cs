using System.Text.Json.Nodes;
using Imagen4.Core.Input;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Providers;

public sealed class ColumnInputsTests
{
    private static readonly ModelDefinition Model = new()
    {
        Inputs =
        [
            new() { Name = "prompt" }, new() { Name = "seed" }, new() { Name = "level", Choices = ["low", "HIGH"] },
            new() { Name = "text", Kind = InputKind.Text }, new() { Name = "truth", Kind = InputKind.TrueFalse },
            new() { Name = "whole", Kind = InputKind.WholeNumber }, new() { Name = "number", Kind = InputKind.Number },
            new() { Name = "urls", Kind = InputKind.TextList }, new() { Name = "any" }, new() { Name = "ranged", Minimum = 1, Maximum = 20 },
        ],
    };

    [Theory]
    [InlineData("URLs", "urls")]
    [InlineData("level", "level")]
    [InlineData("seed", null)]
    [InlineData("AspectRatio", null)]
    [InlineData("levels", null)]
    public void A_column_is_an_input_by_its_name_where_no_parameter_has_it(string column, string? input) =>
        Assert.Equal(input, ColumnInputs.Find(Model, column)?.Name);

    [Theory]
    [InlineData("level", " high ", "\"HIGH\"")]
    [InlineData("text", " a fox ", "\"a fox\"")]
    [InlineData("text", 5, "\"5\"")]
    [InlineData("truth", "TRUE", "true")]
    [InlineData("truth", false, "false")]
    [InlineData("whole", " 7 ", "7")]
    [InlineData("whole", 7.0, "7")]
    [InlineData("number", "2.50", "2.50")]
    [InlineData("number", 0.1, "0.1")]
    [InlineData("number", "1e2", "100")]
    [InlineData("ranged", "7", "7")]
    [InlineData("any", "7", "\"7\"")]
    [InlineData("urls", "https://a.example/1.png", """["https://a.example/1.png"]""")]
    [InlineData("urls", " https://a.example/1.png ; https://a.example/2.png;", """["https://a.example/1.png","https://a.example/2.png"]""")]
    [InlineData("urls", """["a;b", "c"]""", """["a;b","c"]""")]
    [InlineData("urls", "data:image/png;base64,AAAA", """["data:image/png;base64,AAAA"]""")]
    public void A_cell_becomes_what_its_input_takes(string input, object value, string json) =>
        Assert.Equal($$"""{"{{input}}":{{json}}}""", TestHost.Json(Add(Row(), input, value).Input));

    [Fact]
    public void Lists_and_objects_of_a_record_stay_what_they_are()
    {
        Assert.Equal("""{"urls":["a","b"]}""", TestHost.Json(Add(Row(), "urls", new JsonArray("a", "b")).Input));
        Assert.Equal("""{"any":{"width":5}}""", TestHost.Json(Add(Row(), "any", new JsonObject { ["width"] = 5 }).Input));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("  ")]
    public void An_empty_cell_is_an_input_that_was_not_given(string? value) =>
        Assert.Null(Add(Row(), "urls", value).Input.AdditionalInput);

    [Theory]
    [InlineData("truth", "yes", "Row 4: truth is 'yes'; it takes true or false.")]
    [InlineData("whole", "2.5", "Row 4: whole is '2.5', not a whole number.")]
    [InlineData("number", "1,5", "Row 4: number is '1,5', not a number.")]
    [InlineData("number", double.NaN, "Row 4: number is 'NaN', not a number.")]
    [InlineData("urls", "[1", "Row 4: urls is '[1'; it takes one text, several with ; between them, or a JSON list of texts.")]
    [InlineData("urls", "[\"\\ud800\"]", "Row 4: urls is '[\"\\ud800\"]'; it takes one text, several with ; between them, or a JSON list of texts.")]
    public void A_cell_that_is_something_else_is_refused_by_its_row(string input, object value, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidInputException>(() => Add(Row(), input, value)).Message);

    [Fact]
    public void An_input_that_is_given_twice_has_to_be_the_same()
    {
        var row = Row() with { Input = new ImageInput { Prompt = "x", AdditionalInput = TestHost.Additional("""{"level":"low","other":1}""") } };

        Assert.Equal("""{"level":"low","other":1}""", TestHost.Json(Add(row, "level", "LOW").Input));
        Assert.Equal(
            "Row 4: level is given twice: as a column, and in AdditionalInput with another value. Leave one out. Nothing was sent for this row.",
            Assert.Throws<InvalidInputException>(() => Add(row, "level", "high")).Message);
        Assert.Equal("""{"level":"low","other":1,"truth":true}""", TestHost.Json(Add(row, "truth", "true").Input));
    }

    private static ImageRow Row() => TestHost.Row(4) with { Input = new ImageInput { Prompt = "x" } };

    private static ImageRow Add(ImageRow row, string input, object? value) => ColumnInputs.Add(row, [(ColumnInputs.Find(Model, input)!, value)]);
}
