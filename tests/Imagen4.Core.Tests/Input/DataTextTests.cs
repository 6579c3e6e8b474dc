using Imagen4.Core.Input;

namespace Imagen4.Core.Tests.Input;

public sealed class DataTextTests
{
    private readonly DataText _data = new(
    [
        "Prompt", "NegativePrompt", "negative_prompt", "AspectRatio", "aspect_ratio", "NumImages", "num_images",
        "Seed", "Model", "Key", "Resolution",
    ]);

    [Theory]
    [InlineData("prompt,seed", ',')]
    [InlineData("Seed;PROMPT", ';')]
    [InlineData("prompt\tseed", '\t')]
    [InlineData("prompt|seed", '|')]
    [InlineData("\"key\",\"prompt\"", ',')]
    [InlineData(" prompt , seed ", ',')]
    [InlineData("id,prompt", ',')]
    [InlineData("text-id;prompt;remark", ';')]
    [InlineData("remark, prompt, seed", ',')]
    [InlineData("promt,aspect_ratio,num_images", ',')]
    [InlineData("Text;AspectRatio;Seed", ';')]
    [InlineData("prompt", ',')]
    [InlineData("\"Prompt\"", ',')]
    [InlineData("\uFEFFprompt,seed", ',')]
    [InlineData("prompt,seed\na fox,1\na hare,2", ',')]
    [InlineData("prompt;seed\r\na fox;1\r\n", ';')]
    [InlineData("#TYPE Imagen4.ImagenResult\n\"Prompt\",\"Seed\"", ',')]
    public void A_header_is_told_by_its_columns(string text, char delimiter) => Assert.Equal(delimiter, _data.DelimiterOf(text));

    [Theory]
    [InlineData("a red fox")]
    [InlineData("A fox, a seed and a prompt")]
    [InlineData("fox, prompt")]
    [InlineData("seed")]
    [InlineData("model, key")]
    [InlineData("a model; a key; a seed")]
    [InlineData("seed,model")]
    [InlineData("prompt: a fox, seed pods")]
    [InlineData("A sign that says \"prompt,seed\"")]
    [InlineData("a fox\nprompt,seed")]
    [InlineData("prompts,seeds")]
    [InlineData(",prompt")]
    [InlineData("aspect_ratio, a fox")]
    public void A_sentence_with_such_words_is_none(string text) => Assert.Null(_data.DelimiterOf(text));

    [Theory]
    [InlineData("""{"prompt": "a fox"}""")]
    [InlineData("""  {"Prompt": "a fox", "style": "ink"}  """)]
    [InlineData("""{"seed": 1, "num_images": 2}""")]
    [InlineData("""[{"prompt": "a fox"}]""")]
    [InlineData("""[{"other": 1}, {"prompt": "a fox"}]""")]
    [InlineData("""["a fox", "a hare"]""")]
    [InlineData("{\"prompt\": \"a fox\"}\n{\"prompt\": \"a hare\"}")]
    [InlineData("{\n  \"prompt\": \"a fox\"\n}")]
    [InlineData("[")]
    [InlineData(" { ")]
    [InlineData("[]")]
    [InlineData("\uFEFF[")]
    public void JSON_is_told_by_its_inputs(string text) => Assert.True(_data.IsJson(text));

    [Theory]
    [InlineData("a red fox")]
    [InlineData("{a fox} in a [box]")]
    [InlineData("[emulator:seconds=4] row")]
    [InlineData("""{"scene": "a harbour", "aspect_ratio": "wide"}""")]
    [InlineData("""{"prompt": "a fox" """)]
    [InlineData("[1, 2]")]
    [InlineData("{\n  \"scene\": \"a harbour\"\n}")]
    [InlineData("\"prompt\"")]
    [InlineData("""{"\ud800": 1}""")]
    [InlineData("")]
    public void Other_text_in_braces_is_none(string text) => Assert.False(_data.IsJson(text));

    [Theory]
    [InlineData("""{"prompt": "a fox"}""", false)]
    [InlineData("[", true)]
    [InlineData("{\n  \"prompt\": \"a fox\"\n}", true)]
    [InlineData("{\"prompt\": \"a fox\"}\n{\"prompt\": \"a hare\"}", false)]
    public void A_part_of_a_document_needs_the_rest(string json, bool expected) => Assert.Equal(expected, DataText.IsPart(json));
}
