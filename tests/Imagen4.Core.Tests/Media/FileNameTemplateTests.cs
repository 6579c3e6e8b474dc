using Imagen4.Core.Media;

namespace Imagen4.Core.Tests.Media;

public sealed class FileNameTemplateTests
{
    private static readonly FileNameValues Values = new()
    {
        Index = 7, RequestId = "r-1", Key = "row/7", Provider = "fal", Model = "fal-ai/imagen4/preview", Prompt = "a red fox", Seed = 5,
    };

    [Theory]
    [InlineData(null, "r-1-2")]
    [InlineData("  ", "r-1-2")]
    [InlineData("{Index}-{ImageIndex}", "0007-2")]
    [InlineData("{key}_{IMAGEINDEX}", "row-7_2")]
    [InlineData("{Provider}.{Model}.{Prompt}.{Seed}", "fal.fal-ai-imagen4-preview.a-red-fox.5-2")]
    [InlineData("cover", "cover-2")]
    public void A_template_is_filled_with_values_that_are_safe(string? template, string expected) =>
        Assert.Equal(expected, new FileNameTemplate(template).Expand(Values, 2));

    [Fact]
    public void The_first_image_needs_no_number_where_the_template_has_none() =>
        Assert.Equal("cover", new FileNameTemplate("cover").Expand(Values, 1));

    [Fact]
    public void A_value_that_is_not_known_leaves_no_trace() =>
        Assert.Equal("x", new FileNameTemplate("x-{Key}").Expand(new FileNameValues(), 1));

    [Theory]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("../{RequestId}")]
    public void A_template_cannot_leave_its_folder(string template) =>
        Assert.Contains(
            "names a folder", Assert.Throws<InvalidInputException>(() => new FileNameTemplate(template)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{Name}", "Name")]
    [InlineData("{RequestId}-{Imageindx}", "Imageindx")]
    [InlineData("{ImageIndex:D2}", "ImageIndex:D2")]
    [InlineData("{Request Id}", "Request Id")]
    [InlineData("{}", "")]
    public void A_place_nobody_knows_is_refused_with_those_there_are(string template, string place)
    {
        var error = Assert.Throws<InvalidInputException>(() => new FileNameTemplate(template));

        Assert.Contains($"'{{{place}}}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Index, RequestId, Key, Provider, Model, Prompt, Seed, ImageIndex", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_is_not_filled_in_again() =>
        Assert.Equal("RequestId", new FileNameTemplate("{Key}").Expand(Values with { Key = "{RequestId}" }, 1));

    [Fact]
    public void A_template_knows_what_its_names_depend_on()
    {
        Assert.True(new FileNameTemplate(null).UsesRequestId);
        Assert.False(new FileNameTemplate("{Key}").UsesRequestId);
        Assert.True(new FileNameTemplate("{seed}").NeedsSeed);
    }

    [Fact]
    public void Long_values_never_cost_the_request_its_own_names()
    {
        var template = new FileNameTemplate("{Key}-{RequestId}-{ImageIndex}");
        var values = Values with { Key = new string('k', 400) };

        string[] names = [template.Expand(values, 1), template.Expand(values, 2), template.Expand(values with { RequestId = "r-2" }, 1)];

        Assert.Equal(3, names.Distinct().Count());
    }

    [Fact]
    public void Long_keys_that_differ_only_at_their_end_get_different_names()
    {
        var template = new FileNameTemplate("{Key}");

        Assert.NotEqual(
            template.Expand(Values with { Key = new string('k', 400) + "a" }, 1),
            template.Expand(Values with { Key = new string('k', 400) + "b" }, 1));
    }
}
