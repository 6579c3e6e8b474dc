using System.Text;
using System.Text.Json;
using Imagen4.Core.Http;

namespace Imagen4.Core.Tests.Http;

/// <summary>What is left out of large JSON is what stands far behind; the text stays well-formed, and what is kept stays as it was.</summary>
public sealed class JsonExcerptTests
{
    private const string Images = """
        "images" : [ {"url":"https://host.example/1.png", "width": 1024 }, { "url" : "\u0041.png" } ], "seed":5
        """;

    [Theory]
    [InlineData("""{"curve":[NUMBERS],"images" : [ {"url":"1"} ], "seed":5}""", """{"curve":[KEPT],"images" : [ {"url":"1"} ], "seed":5}""")]
    [InlineData("""{"images" : [ {"url":"1"} ], "seed":5 , "curve": [ NUMBERS ] }""", """{"images" : [ {"url":"1"} ], "seed":5 , "curve": [ KEPT ] }""")]
    [InlineData("""[[NUMBERS],[NUMBERS]]""", """[[KEPT],[KEPT]]""")]
    [InlineData("""[NUMBERS,{"a":[]},"b"]""", """[KEPT,{"a":[]}]""")]
    public void Long_lists_keep_their_beginning(string json, string expected) =>
        Assert.Equal(Fill(expected, 1000), Of(Fill(json, 20_000)));

    [Fact]
    public void Images_behind_a_great_many_members_stay()
    {
        var members = string.Join(",", Enumerable.Range(0, 20_000).Select(number => $"\"m{number}\" : {number}"));
        using var read = JsonDocument.Parse(Of("{" + members + "," + Images + "}"));

        Assert.Equal(1001, read.RootElement.EnumerateObject().Count());
        Assert.Equal(["https://host.example/1.png", "A.png"],
            read.RootElement.GetProperty("images").EnumerateArray().Select(image => image.GetProperty("url").GetString()));
    }

    [Fact]
    public void Images_behind_a_large_tree_stay()
    {
        var branch = $"[{string.Join(',', Enumerable.Repeat("1", 1000))}]";
        using var read = JsonDocument.Parse(Of("{\"tree\":[" + string.Join(',', Enumerable.Repeat(branch, 500)) + "]," + Images + "}"));

        // 50 branches of a thousand, and then few.
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

    [Fact]
    public void Small_text_stays_as_it_is()
    {
        var json = Fill("{\"a\":[NUMBERS]}", 10_000);
        Assert.Equal(json, Of(json));
    }

    private static string Fill(string json, int numbers) =>
        json.Replace("NUMBERS", Numbers(numbers), StringComparison.Ordinal).Replace("KEPT", Numbers(numbers), StringComparison.Ordinal);

    private static string Numbers(int count) => string.Join(", ", Enumerable.Range(0, count));

    private static string Of(string json) => Encoding.UTF8.GetString(JsonExcerpt.Of(Encoding.UTF8.GetBytes(json)).Span);
}
