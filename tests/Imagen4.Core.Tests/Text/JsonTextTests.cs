using System.Text.Json;
using Imagen4.Core.Text;

namespace Imagen4.Core.Tests.Text;

/// <summary>What a host returns besides images is carried on, as far as it is small.</summary>
public sealed class JsonTextTests
{
    [Fact]
    public void Members_are_written_as_the_host_wrote_them() =>
        Assert.Equal("""{"b":1.50,"a":{"x":[true,null]},"c":"\u00e9"}""", Write("""{"b":1.50,"a":{"x":[true,null]},"c":"\u00e9"}"""));

    [Fact]
    public void A_large_member_leaves_its_size_and_the_small_ones_stay()
    {
        var text = Write($$$"""{"curve":[{{{string.Join(',', Enumerable.Repeat("0.5", 100_000))}}}],"status":"IN_PROGRESS","timings":{"inference":1.5}}""");

        Assert.Equal("""{"status":"IN_PROGRESS","timings":{"inference":1.5},"curve":"[400006 bytes]"}""", text);
    }

    [Fact]
    public void Of_a_great_many_members_some_are_left_out_and_counted()
    {
        var text = Write($$"""{ {{string.Join(',', Enumerable.Range(100_000, 50_000).Select(number => $"\"m{number}\":1"))}},"status":"X"}""");

        using var read = JsonDocument.Parse(text);
        Assert.InRange(text.Length, 64 * 1024, 128 * 1024);
        Assert.Matches(@"^\[\d+ bytes\]$", read.RootElement.GetProperty("...").GetString());
        Assert.InRange(read.RootElement.EnumerateObject().Count(), 8_000, 10_000);
    }

    [Theory]
    [InlineData("""{"a":1,"b":"x"}""", """{"b":"x","a":1}""", true)]
    [InlineData("""{"a":1}""", """{"a":2}""", false)]
    [InlineData("""{"a":"\ud800"}""", """{"a":"\ud800"}""", true)]
    [InlineData("""{"a":"\ud800"}""", """{"a":"x"}""", false)]
    public void Elements_are_compared_even_where_they_are_no_text(string one, string other, bool areEqual) =>
        Assert.Equal(areEqual, JsonText.AreEqual(JsonElement.Parse(one), JsonElement.Parse(other)));

    private static string Write(string json) =>
        JsonText.Write(JsonElement.Parse(json).EnumerateObject().ToDictionary(member => member.Name, member => member.Value));
}
