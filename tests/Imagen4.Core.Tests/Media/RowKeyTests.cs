using Imagen4.Core.Input;
using Imagen4.Core.Media;

namespace Imagen4.Core.Tests.Media;

/// <summary>A row whose key changes is a new one, and paid for again: keys stay what they are from version to version.</summary>
public sealed class RowKeyTests
{
    private const string Prompt = "A red fox in snow";

    [Fact]
    public void What_was_chosen_stands_before_the_mark_of_all_that_the_row_says() => Assert.Equal(
        "red-snow-seed1-1509bf6a12", Key(Prompt, ["red", "snow"], inputs: [("Seed", "1")], others: [("AspectRatio", "16:9")]));

    [Fact]
    public void The_templates_own_key_stands_in_front() => Assert.Equal("batch-1-red-snow-ccf9247d71", Key(Prompt, ["red", "snow"], "batch 1"));

    [Fact]
    public void Where_nothing_was_chosen_the_prompt_is_named() => Assert.Equal("a-fox-5f64c46adc", Key("a fox", []));

    [Fact]
    public void An_emoji_is_named() => Assert.Equal("🦊-dd7b5febaa", Key("🦊", []));

    [Fact]
    public void What_cannot_be_named_has_its_mark_alone() => Assert.Matches("^[0-9a-f]{10}$", Key("???", []));

    [Fact]
    public void A_value_and_the_whole_are_cut()
    {
        var (a, b, c, d) = (new string('a', 40), new string('b', 40), new string('c', 40), new string('d', 40));

        Assert.Matches($"^{a[..32]}-[0-9a-f]{{10}}$", Key(Prompt, [a]));
        Assert.Matches($"^{a[..32]}-{b[..32]}-{c[..30]}-[0-9a-f]{{10}}$", Key(Prompt, [a, b, c, d]));
    }

    [Fact]
    public void The_order_of_inputs_changes_the_name_and_not_the_mark()
    {
        var first = Key(Prompt, ["red"], inputs: [("Seed", "1"), ("Model", "m")], others: [("Resolution", "2K"), ("AspectRatio", "1:1")]);
        var second = Key(Prompt, ["red"], inputs: [("Model", "m"), ("Seed", "1")], others: [("AspectRatio", "1:1"), ("Resolution", "2K")]);

        Assert.Equal(first["red-seed1-m-".Length..], second["red-m-seed1-".Length..]);
        Assert.StartsWith("red-m-seed1-", second, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_ways_to_write_the_same_are_the_same_row()
    {
        Assert.Equal(Key("f\u00fcchse", ["red"], "\u00e9"), Key(" fu\u0308chse\r\n", ["red"], "e\u0301 "));
        Assert.Equal(Key(Prompt, ["red"], own: null), Key(Prompt, ["red"], own: ""));
        Assert.Equal(
            Key(Prompt, ["red"], others: [("NegativePrompt", "\u00e9")]), Key(Prompt, ["red"], others: [("NegativePrompt", "e\u0301 ")]));
    }

    private static string Key(
        string prompt,
        string[] chosen,
        string? own = null,
        (string Name, string Value)[]? inputs = null,
        (string Name, string Value)[]? others = null) =>
        RowKey.Of(own, new ExpandedPrompt(prompt, chosen), Pairs(inputs), Pairs(others));

    private static KeyValuePair<string, string>[] Pairs((string Name, string Value)[]? inputs) =>
        [.. (inputs ?? []).Select(input => KeyValuePair.Create(input.Name, input.Value))];
}
