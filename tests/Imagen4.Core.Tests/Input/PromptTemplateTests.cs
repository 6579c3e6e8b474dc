using Imagen4.Core.Input;
using Imagen4.Core.Media;

namespace Imagen4.Core.Tests.Input;

public sealed class PromptTemplateTests
{
    [Theory]
    [InlineData("a fox", "a fox")]
    [InlineData("{red|blue} fox", "red fox;blue fox")]
    [InlineData("a {red|blue} fox in {snow|rain}", "a red fox in snow;a red fox in rain;a blue fox in snow;a blue fox in rain")]
    [InlineData("a {very |}big fox", "a very big fox;a big fox")]
    [InlineData("{|a|b}", ";a;b")]
    [InlineData("{a|{b|c} d|e}", "a;b d;c d;e")]
    [InlineData("{{a|b}|c}", "a;b;c")]
    [InlineData(@"\{red\|blue\} {x|y\|z}", "{red|blue} x;{red|blue} y|z")]
    [InlineData(@"a\\{b|c}", @"a\b;a\c")]
    [InlineData(@"C:\new a|b \ c\", @"C:\new a|b \ c\")]
    [InlineData("{雪|🦊}", "雪;🦊")]
    public void A_template_stands_for_its_prompts_the_first_group_changing_slowest(string template, string prompts)
    {
        var read = PromptTemplate.Parse(template);

        Assert.Equal(prompts.Split(';'), Enumerable.Range(0, (int)read.Count).Select(number => read.At(number).Text));
    }

    [Theory]
    [InlineData("a {red|blue fox", "the brace at character 3 of the template is not closed: '{red|blue fox'. Write \\{ for a brace that is part of the prompt.")]
    [InlineData("a {b|{c|d} e", "the brace at character 3 of the template is not closed")]
    [InlineData("a red} fox", "the template closes a brace at character 6 that was not opened: '} fox'. Write \\} for a brace that is part of the prompt.")]
    [InlineData("{a|b}}", "the template closes a brace at character 6 that was not opened")]
    [InlineData("a {Subject} fox", "the group at character 3 of the template has only one alternative: '{Subject} fox'")]
    [InlineData("{}", "the group at character 1 of the template has only one alternative")]
    [InlineData("{a|b", "not closed")]
    [InlineData("{", "not closed")]
    public void What_is_no_template_is_refused_with_its_place(string template, string said) =>
        Assert.Contains(said, Assert.Throws<InvalidInputException>(() => PromptTemplate.Parse(template)).Message, StringComparison.Ordinal);

    [Fact]
    public void Nesting_that_would_use_up_the_stack_is_refused() => Assert.Contains(
        "nested too deep at character 33",
        Assert.Throws<InvalidInputException>(() => PromptTemplate.Parse(new string('{', 100_000))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Absurd_numbers_are_counted_without_being_made()
    {
        var read = PromptTemplate.Parse(string.Concat(Enumerable.Repeat("{0|1}", 62)));

        Assert.Equal(1L << 62, read.Count);
        Assert.Equal(new string('1', 62), read.At(read.Count - 1).Text);
        Assert.Equal(long.MaxValue, PromptTemplate.Parse(string.Concat(Enumerable.Repeat("{0|1}", 64))).Count);
    }

    [Fact]
    public void What_was_chosen_is_known() => Assert.Equal(
        ["a d", "", "x"], PromptTemplate.Parse("{{a|b} d|c} {e|}{x|y}").At(2).Chosen);

    [Fact]
    public void A_key_says_what_was_chosen_and_is_safe_as_a_file_name() => Assert.Matches(
        "^red-snow-fal-ai-imagen4-16-9-seed7-[0-9a-f]{10}$",
        Key(null, new ExpandedPrompt("a red fox in snow", ["red", "", "snow"]), Inputs(("Model", "fal-ai/imagen4"), ("AspectRatio", "16:9"), ("Seed", "7"))));

    [Fact]
    public void Keys_of_different_rows_differ()
    {
        string[] keys =
        [
            Key(null, new ExpandedPrompt("a b fox", ["a b"]), []),
            Key(null, new ExpandedPrompt("a-b fox", ["a-b"]), []),
            Key(null, new ExpandedPrompt("a b cat", ["a b"]), []),
            Key("7", new ExpandedPrompt("a b fox", ["a b"]), []),
            Key(null, new ExpandedPrompt("a b fox", ["a b"]), Inputs(("Seed", "1"))),
            Key(null, new ExpandedPrompt("a b fox", ["a b"]), Inputs(("NumImages", "1"))),
            Key(null, new ExpandedPrompt("a B fox", ["a B"]), []),
            Key(null, new ExpandedPrompt(new string('x', 5000), [new string('x', 5000)]), []),
            Key(null, new ExpandedPrompt(new string('x', 5001), [new string('x', 5001)]), []),
            Key(null, new ExpandedPrompt("…", ["…"]), []),
        ];

        Assert.Equal(keys.Length, keys.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(keys, key => Assert.InRange(key.Length, 10, 110));
        Assert.All(keys, key => Assert.Matches("^[\\w-]+$", key));
    }

    [Fact]
    public void Inputs_that_all_rows_have_are_in_the_mark_alone()
    {
        var prompt = new ExpandedPrompt("a red fox", ["red"]);

        Assert.Matches("^red-[0-9a-f]{10}$", RowKey.Of(null, prompt, [], Inputs(("AspectRatio", "16:9"))));
        Assert.NotEqual(RowKey.Of(null, prompt, [], Inputs(("AspectRatio", "1:1"))), RowKey.Of(null, prompt, [], Inputs(("AspectRatio", "16:9"))));
    }

    [Fact]
    public void A_key_is_the_same_whatever_else_the_template_has() => Assert.Equal(
        Key(null, PromptTemplate.Parse("a {red|blue} fox").At(1), []),
        Key(null, PromptTemplate.Parse("a {green|blue|red} fox").At(1), []));

    private static string Key(string? own, ExpandedPrompt prompt, KeyValuePair<string, string>[] inputs) => RowKey.Of(own, prompt, inputs, []);

    private static KeyValuePair<string, string>[] Inputs(params (string Name, string Value)[] inputs) =>
        [.. inputs.Select(input => KeyValuePair.Create(input.Name, input.Value))];
}
