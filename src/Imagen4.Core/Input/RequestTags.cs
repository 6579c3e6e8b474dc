using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Imagen4.Core.Text;

namespace Imagen4.Core.Input;

/// <summary>
/// Labels of a request, for the host's reports. fal's gateway drops a label that breaks a rule without a word, so the rules
/// are checked here: at most 10, keys of <c>a-z 0-9 . _ -</c> up to 64 characters, values up to 256, all together up to 1,024 bytes;
/// keys that begin with <c>fal.</c> are its own.
/// </summary>
public sealed record RequestTags
{
    private const int MostTags = 10;
    private const int LongestKey = 64;
    private const int LongestValue = 256;
    private const int MostBytes = 1024;

    /// <summary>The label with the ledger's id of a request.</summary>
    internal const string LedgerKey = "imagen4-ledger";

    private readonly IReadOnlyList<KeyValuePair<string, string>> _tags;

    private RequestTags(IReadOnlyList<KeyValuePair<string, string>> tags) => _tags = tags;

    /// <summary>Reads labels from the members of a JSON object.</summary>
    /// <param name="members">The members.</param>
    /// <param name="offence">What breaks a rule, or null.</param>
    /// <returns>The labels, or null where they break a rule.</returns>
    public static RequestTags? TryCreate(IReadOnlyDictionary<string, JsonElement> members, out string? offence)
    {
        var tags = members
            .Select(member => KeyValuePair.Create(member.Key.Trim().ToLowerInvariant(), Value(member.Value)))
            .ToList();
        offence = Offence(members, tags);
        return offence is null ? new RequestTags(tags) : null;
    }

    private static string? Offence(IReadOnlyDictionary<string, JsonElement> members, List<KeyValuePair<string, string>> tags)
    {
        if (members.Zip(tags).Where(pair => !IsKey(pair.Second.Key) || !IsValue(pair.Second.Value))
            .Select(pair => pair.First).ToList() is [var bad, ..])
        {
            return Messages.TagsMalformed.With(PlainText.Brief(bad.Key), PlainText.Brief(bad.Value.ToString()));
        }

        return tags.Count is 0 or > MostTags ? Messages.TagsTooMany.With(tags.Count)
            : tags.CountBy(tag => tag.Key).FirstOrDefault(key => key.Value > 1).Key is { } twice ? Messages.TagsTwice.With(twice)
            : Size(tags) is var size && size > MostBytes ? Messages.TagsTooLong.With(size)
            : null;
    }

    /// <summary>Adds a label of the module's own, unless there is no room for it: the caller's come first.</summary>
    internal static RequestTags With(RequestTags? tags, string key, string value)
    {
        KeyValuePair<string, string>[] all = [.. tags?._tags ?? [], KeyValuePair.Create(key, value)];
        return tags is not null && (all.Length > MostTags || Size(all) > MostBytes || all.DistinctBy(tag => tag.Key).Count() < all.Length)
            ? tags
            : new RequestTags(all);
    }

    /// <summary>The labels as the header has them.</summary>
    public string ToHeader() => string.Join(',', _tags.Select(tag => $"{tag.Key}={tag.Value}"));

    /// <summary>The labels as JSON text.</summary>
    public string ToJson() =>
        new JsonObject(_tags.Select(tag => KeyValuePair.Create(tag.Key, (JsonNode?)JsonValue.Create(tag.Value)))).ToJsonString();

    private static int Size(IEnumerable<KeyValuePair<string, string>> tags) =>
        tags.Sum(tag => Encoding.UTF8.GetByteCount(tag.Key) + Encoding.UTF8.GetByteCount(tag.Value));

    // Nothing is not a label, and lists and objects cannot be one: they become the empty text, which is refused.
    private static string Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!.Trim(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => "",
    };

    private static bool IsKey(string key) =>
        key.Length is > 0 and <= LongestKey
        && !key.StartsWith("fal.", StringComparison.Ordinal)
        && key.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '_' or '-');

    // A comma ends a label in the header, and a header is ASCII.
    private static bool IsValue(string value) =>
        value.Length is > 0 and <= LongestValue && value.All(letter => letter is >= ' ' and <= '~' and not ',');
}
