using System.Text.Json;
using Imagen4.Core.Input;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;

namespace Imagen4.Core.Tests.Protocols.Fal;

public sealed class SchemaReaderTests
{
    [Theory]
    [InlineData("""{"type":"string"}""", InputKind.Text)]
    [InlineData("""{"type":"integer"}""", InputKind.WholeNumber)]
    [InlineData("""{"type":"number"}""", InputKind.Number)]
    [InlineData("""{"type":"boolean"}""", InputKind.TrueFalse)]
    [InlineData("""{"type":"array","items":{"type":"string"}}""", InputKind.TextList)]
    [InlineData("""{"type":"array","items":{"$ref":"#/components/schemas/Text"}}""", InputKind.TextList)]
    [InlineData("""{"type":"array","items":{"type":"object"}}""", null)]
    [InlineData("""{"type":["string","null"]}""", InputKind.Text)]
    [InlineData("""{"anyOf":[{"type":"integer"},{"type":"null"}]}""", InputKind.WholeNumber)]
    [InlineData("""{"allOf":[{"$ref":"#/components/schemas/Text"}],"default":"x"}""", InputKind.Text)]
    [InlineData("""{"anyOf":[{"type":"string","enum":["a"]},{"type":"object"}]}""", null)]
    [InlineData("""{"$ref":"#/components/schemas/Nowhere"}""", null)]
    [InlineData("""{"$ref":"#/components/schemas/Loop"}""", null)]
    [InlineData("""{"$ref":"#/components/schemas/Circle"}""", null)]
    [InlineData("{}", null)]
    [InlineData("5", null)]
    [InlineData("""{"type":"string","enum":["a","\u001b[31m"]}""", InputKind.Text)]
    public void A_property_is_of_a_kind_or_left_open(string property, InputKind? kind)
    {
        var input = Property(property);

        Assert.Equal(kind, input.Kind);
        Assert.Empty(input.Choices);
    }

    [Fact]
    public void Limits_choices_defaults_and_what_is_required_are_taken()
    {
        Assert.Equal((0.5m, 20m, "3.5"), Property("""{"type":"number","minimum":0.5,"maximum":20,"default":3.5}""") is var number ? (number.Minimum, number.Maximum, number.Default) : default);
        Assert.Equal(["a", "b"], Property("""{"type":"string","enum":["a","b",null]}""").Choices);
        Assert.Equal(["1", "2"], Property("""{"type":"integer","enum":[1,2]}""").Choices);
        Assert.Equal(["only"], Property("""{"type":"string","const":"only"}""").Choices);
        Assert.Equal(400, Property("""{"type":"string","maxLength":400}""").MaximumLength);
        Assert.Equal("true", Property("""{"anyOf":[{"type":"boolean"},{"type":"null"}],"default":true}""").Default);
        Assert.Null(Property("""{"type":"string","minimum":5,"default":null}""") is { Minimum: null, Default: null } ? null : "");
        Assert.True(Property("""{"type":"string"}""", required: true).Required);
        Assert.False(Property("""{"type":"string"}""").Required);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("{}")]
    [InlineData("""{"error":{"code":"expansion_failed","message":"no"}}""")]
    [InlineData("""{"paths":{"/a/b":{"post":{"requestBody":{"content":{"application/json":{"schema":{"type":"object"}}}}}}}}""")]
    [InlineData("""{"paths":{"/a/b":{"get":{}},"/c":{"post":5}}}""")]
    public void A_document_that_does_not_say_what_the_model_takes_is_no_definition(string document) =>
        Assert.Null(SchemaReader.Read("a/b", JsonElement.Parse(document)));

    [Fact]
    public void The_operation_at_the_models_own_path_is_the_one_that_generates()
    {
        var document = "{\"paths\":{" + Path("/a/b/other", "wrong") + "," + Path("/a/b", "right") + "}}";

        Assert.Equal("right", Assert.Single(SchemaReader.Read("a/b", JsonElement.Parse(document))!.Inputs).Name);
        Assert.Null(SchemaReader.Read("a/c", JsonElement.Parse(document)));
    }

    private static InputDefinition Property(string schema, bool required = false)
    {
        var document = Template.Replace("SCHEMA", schema, StringComparison.Ordinal)
            .Replace("REQUIRED", required ? "\"x\"" : "", StringComparison.Ordinal);
        return Assert.Single(SchemaReader.Read("a/b", JsonElement.Parse(document))!.Inputs);
    }

    private static string Path(string path, string input) =>
        PathTemplate.Replace("PATH", path, StringComparison.Ordinal).Replace("NAME", input, StringComparison.Ordinal);

    private const string PathTemplate =
        "\"PATH\":{\"post\":{\"requestBody\":{\"content\":{\"application/json\":{\"schema\":{\"properties\":{\"NAME\":{}}}}}}}}";

    private const string Template = """
        {"paths":{"/a/b":{"post":{"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Input"}}}}}}},
         "components":{"schemas":{"Text":{"type":"string"},"Loop":{"$ref":"#/components/schemas/Loop"},"Circle":{"anyOf":[{"$ref":"#/components/schemas/Circle"}]},
          "Input":{"type":"object","properties":{"x":SCHEMA},"required":[REQUIRED]}}}}
        """;
}
