using System.Text.Json;
using Imagen4.Core.Text;

namespace Imagen4.Core.Tests.Text;

public sealed class NormalHashTests
{
    [Theory]
    [InlineData("""{"b": [1.0, " x\r\ny ", null, true], "a": {"d": 1e1, "c": "\u00e9"}}""", """{"a": {"c": "e\u0301", "d": 10}, "b": [1, "x\ny", null, true]}""")]
    [InlineData(" \"x\uFEFF \" ", "\"x\"")]
    [InlineData("[]", " [ ] ")]
    [InlineData("100", "1e2")]
    public void Json_that_says_the_same_has_one_hash(string one, string other) => Assert.Equal(Hash(Json(one)), Hash(Json(other)));

    [Fact]
    public void A_value_and_the_same_as_json_have_one_hash()
    {
        Assert.Equal(Hash("a b"), Hash(Json("\" a b\"")));
        Assert.Equal(Hash(20L), Hash(Json("2.0e1")));
        Assert.Equal(Hash(true), Hash(Json("true")));
        Assert.Equal(Hash((object?)null), Hash(Json("null")));
    }

    [Fact]
    public void What_only_joins_to_the_same_has_hashes_of_its_own()
    {
        object?[][] all =
        [
            [], [null], ["null"], [""], ["", ""], ["a"], ["b", "a"], ["a", "b"], ["ab"], ["a\"b"], ["\"a"], [1L], ["1"], [-1L], [11L], [1L, 1L], [true], [false], ["true"],
            [Json("[]")], [Json("{}")], [Json("[[]]")], [Json("""["a","b"]""")], [Json("""["ab"]""")], [Json("""{"a":"b"}""")], [Json("""{"a":{"b":1}}""")],
            [Json("""{"a":{},"b":1}""")], [Json("""[["a"],"b"]""")], [Json("""["a",["b"]]""")],
        ];

        Assert.Equal(all.Length, all.Select(Hash).Distinct().Count());
    }

    [Fact]
    public void A_long_text_is_hashed_whole()
    {
        var text = string.Concat(Enumerable.Repeat("Füchse 狐 ", 100_000));

        Assert.Equal(Hash(text), Hash(text + "\r\n"));
        Assert.NotEqual(Hash(text), Hash(text + "."));
        Assert.NotEqual(Hash(text), Hash("." + text));
    }

    private static JsonElement Json(string json) => JsonElement.Parse(json);

    private static string Hash(params object?[] values)
    {
        using var hash = new NormalHash();
        foreach (var value in values)
        {
            hash.Add(value);
        }

        return hash.ToText();
    }
}
