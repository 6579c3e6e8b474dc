using System.Collections;
using System.Text.Json.Nodes;
using Imagen4.Core.Text;

namespace Imagen4.Core.Tests.Text;

public sealed class ValueNameTests
{
    public static TheoryData<object?, string> Kinds => new()
    {
        { null, "nothing" },
        { DBNull.Value, "nothing" },
        { "x", "text" },
        { true, "true or false" },
        { 5, "an integer" },
        { 5UL, "an integer" },
        { 5.5m, "a number" },
        { double.NaN, "NaN (no number)" },
        { float.NegativeInfinity, "an infinite number" },
        { DateTime.UnixEpoch, "a date" },
        { new FileInfo("x"), "a file" },
        { new Hashtable(), "a table of names and values" },
        { new JsonObject(), "a table of names and values" },
        { new object[1], "an array" },
        { new List<string>(), "an array" },
        { new Uri("https://a"), "an Uri" },
        { new Version(1, 2), "a Version" },
        { new HashSet<int>(), "a HashSet" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_kind_has_its_article_and_no_type_name_where_there_is_a_word(object? value, string name) => Assert.Equal(name, ValueName.Of(value));
}
