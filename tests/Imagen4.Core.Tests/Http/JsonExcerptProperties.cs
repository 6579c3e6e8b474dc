using System.Text;
using System.Text.Json;
using FsCheck.Fluent;
using Imagen4.Core.Http;
using Imagen4.Core.Tests.Support;
using Imagen4.Core.Text;

namespace Imagen4.Core.Tests.Http;

/// <summary>Whatever JSON it is: an excerpt is JSON again, has all that is read, and is the whole where that is small.</summary>
public sealed class JsonExcerptProperties
{
    private const int Many = 1500;

    [Fact]
    public void Of_what_is_small_nothing_is_left_out() =>
        Always.Holds(HostileJson.Any, json => JsonExcerpt.Of(json).Span.SequenceEqual(json));

    [Fact]
    public void An_excerpt_is_JSON_again_and_has_all_that_is_read() => Always.Holds(
        from value in HostileJson.Valid
        from name in Gen.Elements(JsonExcerpt.Read.ToArray())
        from isList in Gen.Elements(true, false)
        from many in Gen.Elements("1", "\"x\"", "[]", "{\"a\":[1]}", "null")
        select (value, name, isList, many),
        one =>
        {
            // Far behind in an object, and with a list that is long beside it.
            var members = string.Join(',', Enumerable.Range(0, Many).Select(number => $"\"m{number}\":{one.many}"));
            var list = one.isList ? $",\"list\":[{string.Join(',', Enumerable.Repeat(one.many, Many))}]" : "";
            var json = Encoding.UTF8.GetBytes($"{{{members}{list},\"{one.name}\":{one.value}}}");
            if (!JsonCheck.IsWellFormed(json))
            {
                return JsonExcerpt.Of(json).Length <= json.Length;
            }

            var excerpt = JsonExcerpt.Of(json);
            var (read, whole) = (JsonElement.Parse(excerpt.Span), JsonElement.Parse(json));
            return excerpt.Length < json.Length && JsonCheck.IsWellFormed(excerpt.Span)
                && read.GetProperty(one.name).GetRawText() == whole.GetProperty(one.name).GetRawText()
                && read.GetProperty("[excerpt]").GetString()!.StartsWith("left out: ", StringComparison.Ordinal);
        },
        cases: 50);

    [Fact]
    public void What_is_carried_on_is_JSON_without_what_a_terminal_acts_upon() => Always.Holds(HostileJson.Any, json =>
    {
        if (!JsonCheck.IsWellFormed(json) || JsonElement.Parse(json) is not { ValueKind: JsonValueKind.Object } root)
        {
            return true;
        }

        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in root.EnumerateObject())
        {
            members[member.Name] = member.Value;
        }

        var written = JsonText.Write(members);
        return JsonElement.Parse(written).EnumerateObject().Select(member => member.Name).SequenceEqual(members.Keys)
            && !written.EnumerateRunes().Any(rune => rune.Value is not ('\n' or '\r' or '\t') && PlainText.Steers(rune))
            && members.Values.All(value => JsonText.Text(value) is not null);
    });
}
