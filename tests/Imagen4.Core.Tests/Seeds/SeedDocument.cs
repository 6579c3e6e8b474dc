using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Imagen4.Core.Tests.Seeds;

/// <summary>One of the documents the module implements, and the examples in it.</summary>
internal sealed partial class SeedDocument
{
    private readonly string _text;

    private SeedDocument(string text) => _text = text;

    public static SeedDocument Open(string name) =>
        new(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "seeds", name)).ReplaceLineEndings("\n"));

    /// <summary>Every JSON object that stands on lines of its own, in the order of the document.</summary>
    public IReadOnlyList<JsonObject> Objects() => StandingObject().Matches(_text)
        .Select(match => Parse(match.Value))
        .OfType<JsonObject>()
        .ToList();

    /// <summary>The JSON object in the first place after a text.</summary>
    public JsonObject ObjectAfter(string text)
    {
        var start = _text.IndexOf('{', _text.IndexOf(text, StringComparison.Ordinal) + text.Length);
        for (var end = _text.IndexOf('}', start); end >= 0; end = _text.IndexOf('}', end + 1))
        {
            if (Parse(_text[start..(end + 1)]) is { } found)
            {
                return found;
            }
        }

        throw new InvalidDataException($"There is no object after '{text}'.");
    }

    /// <summary>The examples of an OpenAPI document in YAML, as far as this document needs it: scalars and folded text.</summary>
    public IReadOnlyList<JsonObject> YamlExamples() => YamlExample().Matches(_text).Select(match => Yaml(match.Groups[2].Value)).ToList();

    private static JsonObject Yaml(string block)
    {
        var example = new JsonObject();
        foreach (Match member in YamlMember().Matches(block))
        {
            var folded = member.Groups["folded"];
            example[member.Groups["name"].Value] = folded.Success
                ? string.Join(' ', folded.Value.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                : Scalar(member.Groups["scalar"].Value.Trim());
        }

        return example;
    }

    private static JsonNode? Scalar(string text) => text switch
    {
        "null" => null,
        "{}" => new JsonObject(),
        ['\'', .. var quoted, '\''] => quoted,
        _ when int.TryParse(text, out var number) => number,
        _ => text,
    };

    // One example is JavaScript: names without quotes, text in single ones.
    private static JsonObject? Parse(string text)
    {
        foreach (var candidate in new[] { text, BareName().Replace(text, "$1\"$2\":").Replace('\'', '"') })
        {
            try
            {
                return JsonNode.Parse(candidate) as JsonObject;
            }
            catch (System.Text.Json.JsonException)
            {
                // Not this way of writing it.
            }
        }

        return null;
    }

    [GeneratedRegex(@"^\{\n.*?^\}$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex StandingObject();

    [GeneratedRegex(@"^( *)example:\n((?:\1  .*\n)+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex YamlExample();

    [GeneratedRegex(@"^(?<indent> +)(?<name>\w+):(?: >-\n(?<folded>(?:\k<indent>  [^\n]*\n)+)| (?<scalar>[^\n]*))", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex YamlMember();

    [GeneratedRegex(@"([{,]\s*)(\w+):", RegexOptions.CultureInvariant)]
    private static partial Regex BareName();
}
