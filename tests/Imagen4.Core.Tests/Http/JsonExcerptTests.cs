using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Imagen4.Core.Http;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Protocols.ImagesGenerations;

namespace Imagen4.Core.Tests.Http;

/// <summary>What is left out of large JSON is what stands far behind; the text stays well-formed, and what is kept stays as it was.</summary>
public sealed class JsonExcerptTests
{
    private const string Images = """
        "images" : [ {"url":"https://host.example/1.png", "width": 1024 }, { "url" : "\u0041.png" } ], "seed":5
        """;

    [Theory]
    [InlineData("""{"curve":[NUMBERS],"images" : [ {"url":"1"} ], "seed":5}""", """{"curve":[KEPT],"images" : [ {"url":"1"} ], "seed":5,"[excerpt]":"left out: 19000"}""")]
    [InlineData("""{"images" : [ {"url":"1"} ], "seed":5 , "curve": [ NUMBERS ] }""", """{"images" : [ {"url":"1"} ], "seed":5 , "curve": [ KEPT ] ,"[excerpt]":"left out: 19000"}""")]
    [InlineData("""[[NUMBERS],[NUMBERS]]""", """[[KEPT],[KEPT]]""")]
    [InlineData("""[NUMBERS,{"a":[]},"b"]""", """[KEPT,{"a":[]}]""")]
    public void Long_lists_keep_their_beginning(string json, string expected) =>
        Assert.Equal(Fill(expected, 1000), Of(Fill(json, 20_000)));

    [Fact]
    public void Images_behind_a_great_many_members_stay()
    {
        var members = string.Join(",", Enumerable.Range(0, 20_000).Select(number => $"\"m{number}\" : {number}"));
        using var read = JsonDocument.Parse(Of("{" + members + "," + Images + "}"));

        // A thousand, the images, the seed, and how many were left out.
        Assert.Equal(1003, read.RootElement.EnumerateObject().Count());
        Assert.Equal(5, read.RootElement.GetProperty("seed").GetInt32());
        Assert.Equal("left out: 19000", read.RootElement.GetProperty("[excerpt]").GetString());
        Assert.Equal(["https://host.example/1.png", "A.png"],
            read.RootElement.GetProperty("images").EnumerateArray().Select(image => image.GetProperty("url").GetString()));
    }

    [Theory]
    [InlineData("a", 1)]
    [InlineData("ä", 2)]
    [InlineData("\\u0041", 6)]
    [InlineData("\\\\", 2)]
    [InlineData("\\ud83d\\ude00", 12)]
    [InlineData("😀", 4)]
    public void Of_a_long_text_the_beginning_stays_with_whole_characters(string letter, int bytes)
    {
        var text = string.Concat(Enumerable.Repeat(letter, 100));
        foreach (var most in Enumerable.Range(50, 14))
        {
            var excerpt = JsonExcerpt.Of(Encoding.UTF8.GetBytes($$"""{"error" : "{{text}}", "list": ["{{text}}" , 5], "seed":7}"""), most);
            using var read = JsonDocument.Parse(excerpt);
            var expected = JsonSerializer.Deserialize<string>($"\"{string.Concat(Enumerable.Repeat(letter, most / bytes))}\"");

            Assert.Equal(expected, read.RootElement.GetProperty("error").GetString());
            Assert.Equal(expected, read.RootElement.GetProperty("list")[0].GetString());
            Assert.Equal((5, 7), (read.RootElement.GetProperty("list")[1].GetInt32(), read.RootElement.GetProperty("seed").GetInt32()));
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1000)]
    [InlineData(3000)]
    public void Of_a_log_the_newest_lines_stay(int lines)
    {
        var log = string.Join(",", Enumerable.Range(0, lines).Select(number => $$"""{"message":"line {{number}}","level":"INFO","timestamp":null}"""));
        var numbers = string.Join(",", Enumerable.Range(0, 20_000));
        using var read = JsonDocument.Parse(Of($$"""{"numbers":[{{numbers}}],"logs": [ {{log}} ], "status":"IN_PROGRESS"}"""));

        Assert.Equal(
            Enumerable.Range(0, lines).TakeLast(1000).Select(number => $"line {number}"),
            read.RootElement.GetProperty("logs").EnumerateArray().Select(line => line.GetProperty("message").GetString()));
        Assert.Equal("IN_PROGRESS", read.RootElement.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    public void Images_behind_a_great_many_lists_stay(string list)
    {
        var lists = string.Join(",", Enumerable.Range(0, 5000).Select(number => $"\"member {number}\" : {list}"));
        using var read = JsonDocument.Parse(Of("{" + lists + "," + Images + ",\"status\":\"IN_PROGRESS\"}"));

        Assert.Equal(2, read.RootElement.GetProperty("images").GetArrayLength());
        Assert.Equal("IN_PROGRESS", read.RootElement.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("{FILLER,IMAGES}")]
    [InlineData("{IMAGES,FILLER}")]
    public void Of_what_is_only_handed_on_a_quarter_of_a_megabyte_stays_and_every_image(string json)
    {
        var filler = string.Join(",", Enumerable.Range(0, 900).Select(number => $"\"{number}{new string('n', 900)}\":\"{new string('v', 800)}\""));
        var images = $"\"images\":[{string.Join(",", Enumerable.Range(0, 64).Select(number => $$"""{"url":"{{number}}{{new string('u', 8000)}}"}"""))}],\"seed\":5";

        var kept = Of(json.Replace("FILLER", filler, StringComparison.Ordinal).Replace("IMAGES", images, StringComparison.Ordinal));

        using var read = JsonDocument.Parse(kept);
        Assert.Equal(64, read.RootElement.GetProperty("images").GetArrayLength());
        Assert.Equal(5, read.RootElement.GetProperty("seed").GetInt32());
        Assert.StartsWith("left out: 7", read.RootElement.GetProperty("[excerpt]").GetString(), StringComparison.Ordinal);
        Assert.InRange(kept.Length - images.Length, 250_000, 270_000);
    }

    // What is only handed on may be left out before anything else of its object is kept.
    [Theory]
    [InlineData("""{"trace":[FILLER],"images":[{"id":"x","url":"1"},{"id":"y"}]}""", "images", """[{"url":"1"},{}]""")]
    [InlineData("""{"trace":[FILLER],"image":{ "x":1 , "url" : "1","y":2 } }""", "image", """{"url" : "1" }""")]
    [InlineData("""{"data":[{"revised_prompt":"a","b64_json":"1"}],"trace":[FILLER],"usage":{"input_tokens":5,"total_tokens":11}}""", "usage", """{"total_tokens":11}""")]
    [InlineData("""{"detail":[{"input":[FILLER]},{"loc":["b",0],"msg":"2","type":"t"}]}""", "detail", """[{},{"msg":"2","type":"t"}]""")]
    [InlineData("""{"trace":[FILLER],"output":[{"x":[1],"y":[[2]]},[]]}""", "output", "[{},[]]")]
    public void What_is_kept_behind_what_is_left_out_is_well_formed(string json, string name, string expected)
    {
        var filler = string.Join(',', Enumerable.Range(0, 400).Select(_ => $"\"{new string('v', 1000)}\""));

        using var read = JsonDocument.Parse(Of(json.Replace("FILLER", filler, StringComparison.Ordinal)));

        var kept = read.RootElement.GetProperty(name).GetRawText();
        Assert.Equal(expected, name == "detail" ? "[{}," + kept[(kept.IndexOf("]}", StringComparison.Ordinal) + 3)..] : kept);
    }

    [Fact]
    public void Whatever_is_left_out_the_rest_is_well_formed_and_every_image_is_there()
    {
        string[] names = ["images", "image", "url", "detail", "msg", "usage", "a", "b", "trace"];
        for (var seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            var members = Enumerable.Range(0, 60).Select(number => $"\"{number}{names[random.Next(names.Length)]}\":{Value(random, 4)}");
            var json = "{" + string.Join(',', members.Append($"\"images\":[{{\"x\":{Value(random, 2)},\"url\":\"1\"}}]").OrderBy(_ => random.Next())) + "}";

            using var read = JsonDocument.Parse(Of(json));

            Assert.Equal("1", read.RootElement.GetProperty("images")[0].GetProperty("url").GetString());
        }

        string Value(Random random, int deepest) => random.Next(deepest == 0 ? 2 : 5) switch
        {
            0 => $"{random.Next()}",
            1 => $"\"{new string('t', random.Next(2000))}\"",
            2 => $"[{string.Join(',', Enumerable.Range(0, random.Next(8)).Select(_ => Value(random, deepest - 1)))}]",
            _ => $"{{{string.Join(',', Enumerable.Range(0, random.Next(8)).Select(_ => $"\"{names[random.Next(names.Length)]}\":{Value(random, deepest - 1)}"))}}}",
        };
    }

    [Fact]
    public void A_name_that_is_repeated_again_and_again_is_kept_a_few_times()
    {
        var kept = Of("{\"images\":[{\"url\":\"1\"}]" + string.Concat(Enumerable.Repeat(",\"url\":{}", 100_000)) + "}");

        using var read = JsonDocument.Parse(kept);
        Assert.Equal("1", read.RootElement.GetProperty("images")[0].GetProperty("url").GetString());
        Assert.InRange(kept.Length, 1000, 2000);
    }

    [Fact]
    public void Of_many_images_the_first_stay()
    {
        var images = string.Join(",", Enumerable.Range(0, 1000).Select(number => $$"""{"url":"https://host.example/{{number}}.png?{{new string('a', 100)}}"}"""));
        using var read = JsonDocument.Parse(Of($$"""{"images":[{{images}}],"seed":5}"""));

        var kept = read.RootElement.GetProperty("images");
        Assert.Equal(128, kept.GetArrayLength());
        Assert.StartsWith("https://host.example/127.png", kept[127].GetProperty("url").GetString(), StringComparison.Ordinal);
        Assert.Equal(5, read.RootElement.GetProperty("seed").GetInt32());
    }

    [Fact]
    public void Every_member_that_is_read_of_a_result_is_known()
    {
        JsonTypeInfo[] shapes =
        [
            FalJson.Default.FalResultAnswer, FalJson.Default.FalFile, FalJson.Default.FalStatusAnswer, FalJson.Default.FalErrorAnswer,
            GenerationJson.Default.GenerationAnswer, GenerationJson.Default.GeneratedFile, GenerationJson.Default.GenerationOutput,
            GenerationErrorJson.Default.GenerationError,
        ];

        Assert.All(
            shapes.SelectMany(shape => shape.Properties).Where(property => property is { IsExtensionData: false, Set: not null }),
            property => Assert.True(JsonExcerpt.Read.Contains(property.Name), property.Name));
    }

    [Fact]
    public void Images_behind_a_large_tree_stay()
    {
        var branch = $"[{string.Join(',', Enumerable.Repeat("1", 1000))}]";
        using var read = JsonDocument.Parse(Of("{\"tree\":[" + string.Join(',', Enumerable.Repeat(branch, 500)) + "]," + Images + "}"));

        // Ten branches of a thousand, and then few.
        Assert.Equal(64, read.RootElement.GetProperty("tree").GetArrayLength());
        Assert.Equal(64, read.RootElement.GetProperty("tree")[63].GetArrayLength());
        Assert.Equal(2, read.RootElement.GetProperty("images").GetArrayLength());
        Assert.Equal(1024, read.RootElement.GetProperty("images")[0].GetProperty("width").GetInt32());
    }

    [Theory]
    [InlineData("{\"a\":[NUMBERS]")]
    [InlineData("{\"a\":[NUMBERS],}")]
    [InlineData("NUMBERS")]
    [InlineData("<html>NUMBERS</html>")]
    public void What_is_not_well_formed_stays_so(string text) => Assert.Equal(Fill(text, 20_000), Of(Fill(text, 20_000)));

    [Fact]
    public void What_is_deeper_than_can_be_read_stays_as_it_is()
    {
        var deep = Fill(new string('[', 70) + "NUMBERS" + new string(']', 70), 20_000);
        Assert.Equal(deep, Of(deep));
        var deepest = Fill(new string('[', 64) + "NUMBERS" + new string(']', 64), 20_000);
        Assert.Equal(Fill(new string('[', 64) + "NUMBERS" + new string(']', 64), 1000), Of(deepest));
    }

    private static string Fill(string json, int numbers) =>
        json.Replace("NUMBERS", Numbers(numbers), StringComparison.Ordinal).Replace("KEPT", Numbers(numbers), StringComparison.Ordinal);

    private static string Numbers(int count) => string.Join(", ", Enumerable.Range(0, count));

    private static string Of(string json) => Encoding.UTF8.GetString(JsonExcerpt.Of(Encoding.UTF8.GetBytes(json)).Span);
}
