using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Imagen4.Core.Text;

namespace Imagen4.Core.Input;

/// <summary>
/// A file of this machine inside an input. It names the content, so that the same file is the same row wherever it is and whatever
/// address it gets; before a request is sent, an address takes its place.
/// </summary>
/// <param name="Sha256">The SHA-256 of its bytes, as 64 hexadecimal digits.</param>
/// <param name="Path">Where it was, for one that was given as the path of an image; null for one that was given as a file.</param>
public sealed record FileReference(string Sha256, string? Path)
{
    private const string Scheme = "imagen4-file:sha256:";
    private const int DigestLength = 64;

    /// <summary>The text that stands for it in an input.</summary>
    public string Text => Path is null ? Scheme + Sha256 : $"{Scheme}{Sha256}:{Path}";

    /// <summary>Reads such a text; null for any other.</summary>
    public static FileReference? TryParse(string? text)
    {
        if (text is null || !text.StartsWith(Scheme, StringComparison.Ordinal) || text.Length < Scheme.Length + DigestLength)
        {
            return null;
        }

        var (digest, rest) = (text.Substring(Scheme.Length, DigestLength), text[(Scheme.Length + DigestLength)..]);
        return digest.All(char.IsAsciiHexDigitLower) && (rest.Length == 0 || rest[0] == ':')
            ? new FileReference(digest, rest.Length > 1 ? rest[1..] : null)
            : null;
    }

    /// <summary>The files of an input, in their order.</summary>
    public static IReadOnlyList<FileReference> In(ImageInput input)
    {
        var found = new List<FileReference>();
        foreach (var (_, value) in Members(input))
        {
            _ = Replaced(JsonNode.Parse(value.GetRawText()), reference =>
            {
                found.Add(reference);
                return reference.Text;
            });
        }

        return found;
    }

    /// <summary>The names of the additional inputs that have files in them.</summary>
    public static IEnumerable<string> MembersOf(ImageInput input) => Members(input).Select(member => member.Key);

    /// <summary>The same input with something else in the place of each file.</summary>
    public static ImageInput Replace(ImageInput input, Func<FileReference, string> replacement)
    {
        if (Members(input).ToList() is not { Count: > 0 } members)
        {
            return input;
        }

        var replaced = new Dictionary<string, JsonElement>(input.AdditionalInput!, StringComparer.Ordinal);
        foreach (var (name, value) in members)
        {
            replaced[name] = JsonElement.Parse(Replaced(JsonNode.Parse(value.GetRawText()), replacement)!.ToJsonString());
        }

        return input with { AdditionalInput = replaced };
    }

    /// <summary>The same input with files by their content alone: where a file was is no part of what is asked for.</summary>
    internal static ImageInput ByContent(ImageInput input) => Replace(input, file => (file with { Path = null }).Text);

    /// <summary>Whether two values are the same where any address may stand for a file of the first.</summary>
    internal static bool IsSame(JsonElement sent, JsonElement other) => (sent.ValueKind, other.ValueKind) switch
    {
        (JsonValueKind.String, JsonValueKind.String) when TryParse(sent.GetString()) is not null => true,
        (JsonValueKind.Object, JsonValueKind.Object) => sent.EnumerateObject().Count() == other.EnumerateObject().Count()
            && sent.EnumerateObject().All(member => other.TryGetProperty(member.Name, out var its) && IsSame(member.Value, its)),
        (JsonValueKind.Array, JsonValueKind.Array) => sent.GetArrayLength() == other.GetArrayLength()
            && sent.EnumerateArray().Zip(other.EnumerateArray()).All(pair => IsSame(pair.First, pair.Second)),
        _ => JsonText.AreEqual(sent, other),
    };

    // Most inputs have none, and may be long: only those with the scheme in their text are looked into.
    private static IEnumerable<KeyValuePair<string, JsonElement>> Members(ImageInput input) =>
        input.AdditionalInput?.Where(member => JsonMarshal.GetRawUtf8Value(member.Value).IndexOf("imagen4-file:"u8) >= 0) ?? [];

    private static JsonNode? Replaced(JsonNode? node, Func<FileReference, string> replacement) => node switch
    {
        JsonObject members => new JsonObject(members.Select(member =>
            KeyValuePair.Create(member.Key, Replaced(member.Value, replacement)))),
        JsonArray items => new JsonArray([.. items.Select(item => Replaced(item, replacement))]),
        JsonValue value when value.TryGetValue<string>(out var text) && TryParse(text) is { } file => JsonValue.Create(replacement(file)),
        _ => node?.DeepClone(),
    };
}
