using Imagen4.Core.Media;

namespace Imagen4.Core.Tests.Media;

public sealed class FileNameTemplateTests
{
    private static readonly FileNameValues Values = new()
    {
        Index = 7, RequestId = "r-1", Key = "row/7", Provider = "fal", Model = "fal-ai/imagen4/preview", Prompt = "a red fox", Seed = 5,
        Date = new DateOnly(2026, 3, 9),
    };

    [Theory]
    [InlineData("{Index}-{ImageIndex}", "0007-2.png")]
    [InlineData("{key}_{IMAGEINDEX}", "row-7_2.png")]
    [InlineData("{Provider}.{Model}.{Prompt}.{Seed}", "fal.fal-ai-imagen4-preview.a-red-fox.5-2.png")]
    [InlineData("cover", "cover-2.png")]
    [InlineData("{Date}/{Key}", "2026-03-09/row-7-2.png")]
    [InlineData(@"{Provider}\{Extension}/./{Key}", "fal/png/row-7-2.png")]
    [InlineData("a//b", "a/b-2.png")]
    [InlineData("{Key}.{Extension}", "row-7-2.png")]
    [InlineData("CON/nul", "image-CON/nul-2.png")]
    [InlineData(" {Key} / {Seed} ", "row-7/5-2.png")]
    [InlineData("{RequestId}", "r-1-2.png")]
    [InlineData("{extension}/x.{EXTENSION}", "png/x-2.png")]
    [InlineData(".{Extension}", "png-2.png")]
    public void A_template_is_filled_with_values_that_are_safe(string template, string expected) => Assert.Equal(
        expected, new FileNameTemplate(template).Expand(Values, 2, MediaType.Png).Replace(Path.DirectorySeparatorChar, '/'));

    [Theory]
    [InlineData("cat.png", "cat.png", "cat.jpg")]
    [InlineData("cat.PNG", "cat.PNG", "cat.jpg")]
    [InlineData("cat.jpeg", "cat.png", "cat.jpeg")]
    [InlineData("cat.jpg", "cat.png", "cat.jpg")]
    [InlineData("cat.gif", "cat.png", "cat.jpg")]
    [InlineData("cat.webp", "cat.png", "cat.jpg")]
    [InlineData("cat.avif", "cat.png", "cat.jpg")]
    [InlineData("cat.v2", "cat.v2.png", "cat.v2.jpg")]
    [InlineData(".png", "png.png", "png.jpg")]
    public void The_extension_says_what_the_image_is_and_is_not_doubled(string template, string ofPng, string ofJpeg)
    {
        Assert.Equal(ofPng, new FileNameTemplate(template).Expand(Values, 1, MediaType.Png));
        Assert.Equal(ofJpeg, new FileNameTemplate(template).Expand(Values, 1, MediaType.Jpeg));
    }

    [Theory]
    [InlineData("a red fox asleep", "0007-a-red-fox-asleep")]
    [InlineData("a red fox asleep in the snow under a very old tree", "0007-a-red-fox-asleep-in-the-snow-under-a")]
    [InlineData("🦊", "0007-🦊")]
    [InlineData("狐狸", "0007-狐狸")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "0007-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void A_default_name_is_the_number_of_the_row_with_the_first_words_of_its_prompt(string prompt, string expected) =>
        Assert.Equal(expected, FileNameTemplate.Default(Values with { Key = null, Prompt = prompt }, image: null, attempt: 1));

    [Fact]
    public void A_default_name_is_the_rows_key_where_it_has_one()
    {
        Assert.Equal("row-7", FileNameTemplate.Default(Values, image: null, attempt: 1));
        Assert.Equal("row-7_3-2", FileNameTemplate.Default(Values, image: 2, attempt: 3));
        Assert.Equal("0007-a-red-fox", FileNameTemplate.Default(Values with { Key = "???" }, image: null, attempt: 1));
    }

    [Fact]
    public void A_default_name_has_a_number_only_where_it_needs_one()
    {
        Assert.Equal("row-7", FileNameTemplate.Default(Values, image: null, attempt: 1));
        Assert.Equal("row-7_2", FileNameTemplate.Default(Values, image: null, attempt: 2));
        Assert.Equal("row-7-1", FileNameTemplate.Default(Values, image: 1, attempt: 1));
        Assert.Equal("0007", FileNameTemplate.Default(new FileNameValues { Index = 7 }, image: null, attempt: 1));
    }

    [Fact]
    public void Default_names_are_not_made_from_a_template() =>
        Assert.Contains("Default names", Assert.Throws<InvalidOperationException>(() => new FileNameTemplate(" ").Expand(Values, 1)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_path_without_an_ending_has_none_whatever_the_template_says()
    {
        Assert.Equal("cat", new FileNameTemplate("cat.jpeg").Expand(Values, 1));
        Assert.Equal("cat", new FileNameTemplate("{Extension}/cat.{Extension}").Expand(Values, 1));
    }

    [Fact]
    public void A_long_prompt_is_cut() =>
        Assert.Equal(new string('a', 60), new FileNameTemplate("{Prompt}").Expand(Values with { Prompt = new string('a', 100) }, 1));

    [Fact]
    public void The_first_image_needs_no_number_where_the_template_has_none() =>
        Assert.Equal("cover", new FileNameTemplate("cover").Expand(Values, 1));

    [Fact]
    public void A_value_that_is_not_known_leaves_no_trace()
    {
        Assert.Equal("x", new FileNameTemplate("x-{Key}").Expand(new FileNameValues(), 1));
        Assert.Equal("x", new FileNameTemplate("{Key}/x").Expand(new FileNameValues(), 1));
    }

    [Theory]
    [InlineData("/a")]
    [InlineData(@"\a")]
    [InlineData("a/")]
    [InlineData(@"C:\a")]
    [InlineData("../{RequestId}")]
    [InlineData("a/../../b")]
    [InlineData("a/ .. /b")]
    [InlineData(@"a\..\b")]
    public void A_template_cannot_leave_the_output_directory(string template) => Assert.Contains(
        "does not name a file in the output directory",
        Assert.Throws<InvalidInputException>(() => new FileNameTemplate(template)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_value_cannot_leave_the_output_directory() =>
        Assert.Equal("x", new FileNameTemplate("{Key}/x").Expand(Values with { Key = "../.." }, 1));

    [Theory]
    [InlineData("{Name}", "Name")]
    [InlineData("{RequestId}-{Imageindx}", "Imageindx")]
    [InlineData("{ImageIndex:D2}", "ImageIndex:D2")]
    [InlineData("{Request Id}", "Request Id")]
    [InlineData("{a/b}", "a/b")]
    [InlineData("{}", "")]
    public void An_unknown_placeholder_is_refused_with_those_there_are(string template, string name) => Assert.Equal(
        $"'{{{name}}}' is not a placeholder; use {{Index}}, {{Key}}, {{RequestId}}, {{ImageIndex}}, {{Seed}}, {{Provider}}, {{Model}}, {{Prompt}}, "
            + "{Date}, {Extension}.",
        Assert.Throws<InvalidInputException>(() => new FileNameTemplate(template)).Message);

    [Theory]
    [InlineData("{Key")]
    [InlineData("Key}")]
    [InlineData("{{Key}}")]
    public void A_brace_without_its_counterpart_is_refused(string template) => Assert.Contains(
        "brace", Assert.Throws<InvalidInputException>(() => new FileNameTemplate(template)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_template_that_would_make_megabytes_of_a_long_prompt_is_refused()
    {
        Assert.Equal(1000, new FileNameTemplate(new string('a', 1000)).Text.Length);
        Assert.Equal(
            "The file name has 1001 characters; it can have at most 1000.",
            Assert.Throws<InvalidInputException>(() => new FileNameTemplate(new string('a', 1001))).Message);
    }

    [Fact]
    public void A_value_is_not_filled_in_again() =>
        Assert.Equal("RequestId", new FileNameTemplate("{Key}").Expand(Values with { Key = "{RequestId}" }, 1));

    [Fact]
    public void A_template_knows_what_its_names_depend_on()
    {
        Assert.True(new FileNameTemplate(null).IsDefault);
        Assert.True(new FileNameTemplate("  ").IsDefault);
        Assert.True(new FileNameTemplate("{requestid}").UsesRequestId);
        Assert.False(new FileNameTemplate("{Key}").UsesRequestId);
        Assert.True(new FileNameTemplate("{seed}").NeedsSeed);
        Assert.False(new FileNameTemplate("{Key}").NeedsSeed);
        Assert.True(new FileNameTemplate("{index}").UsesIndex);
        Assert.False(new FileNameTemplate("{ImageIndex}").UsesIndex);
        Assert.False(new FileNameTemplate("{Key}").IsDefault);
        Assert.Equal("a/{Key}", new FileNameTemplate(" a/{Key} ").Text);
        Assert.Equal("", new FileNameTemplate(" ").Text);
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
