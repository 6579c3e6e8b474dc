using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Imagen4.Emulator.Tests.Support;

/// <summary>One of the documents that the hosts are played from, and the examples in it, as JSON on one line.</summary>
internal sealed partial class SeedDocument
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _text;

    private SeedDocument(string text) => _text = text;

    public static SeedDocument Open(string name) =>
        new(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "seeds", $"{name}.txt")).ReplaceLineEndings("\n"));

    /// <summary>The first object that begins a line after a text.</summary>
    public string ObjectAfter(string text)
    {
        var tail = _text[(_text.IndexOf(text, StringComparison.Ordinal) + text.Length)..];
        var json = tail[ObjectStart.Match(tail).Index..];
        if (json[1..].TrimStart()[0] != '"')
        {
            // JavaScript: names without quotes, texts in single ones.
            json = BareName.Replace(json[..(json.IndexOf("\n}", StringComparison.Ordinal) + 2)], "\"$1\":").Replace('\'', '"');
        }

        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        return JsonNode.Parse(ref reader)!.ToJsonString(Plain);
    }

    /// <summary>An example of an OpenAPI document in YAML: scalars and folded text, which is all there is.</summary>
    public string YamlExample(int index)
    {
        var example = new JsonObject();
        foreach (Match member in YamlMember.Matches(YamlBlock.Matches(_text)[index].Groups["members"].Value))
        {
            example[member.Groups["name"].Value] = member.Groups["folded"] is { Success: true } folded
                ? string.Join(' ', folded.Value.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                : Scalar(member.Groups["scalar"].Value);
        }

        return example.ToJsonString(Plain);
    }

    private static JsonNode? Scalar(string text) => text switch
    {
        "null" => null,
        "{}" => new JsonObject(),
        ['\'', .. var quoted, '\''] => quoted,
        _ when int.TryParse(text, out var number) => number,
        _ => text,
    };

    [GeneratedRegex(@"(?<=\n)\{(?=\n|"")")]
    private static partial Regex ObjectStart { get; }

    [GeneratedRegex(@"\b(\w+):(?= )")]
    private static partial Regex BareName { get; }

    [GeneratedRegex(@"^(?<indent> *)example:\n(?<members>(\k<indent>  .*\n)+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex YamlBlock { get; }

    [GeneratedRegex(
        @"^(?<indent> +)(?<name>\w+):( >-\n(?<folded>(\k<indent>  .*\n)+)| (?<scalar>.*)\n)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex YamlMember { get; }
}
