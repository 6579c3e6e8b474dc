using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Fal;

/// <summary>A part of the answer of fal's request history.</summary>
internal sealed record HistoryPage
{
    public IReadOnlyList<HistoryItem?>? Items { get; init; }

    public bool? HasMore { get; init; }

    public string? NextCursor { get; init; }
}

/// <summary>One request of the history.</summary>
internal sealed record HistoryItem
{
    public string? RequestId { get; init; }

    public DateTimeOffset? SentAt { get; init; }

    /// <summary>The labels, in whatever form: no document says that they can be read back.</summary>
    public JsonElement Tags { get; init; }

    /// <summary>The input, under the name that the host's own clients read.</summary>
    public JsonElement JsonInput { get; init; }

    /// <summary>Whether the request has a label of this key, and with it the value, or any.</summary>
    public bool IsLabelled(string key, string? value) => Tags.ValueKind switch
    {
        JsonValueKind.String => JsonText.Text(Tags).Split(',').Any(tag => Says(tag, key, value)),
        JsonValueKind.Array =>
            Tags.EnumerateArray().Any(tag => tag.ValueKind == JsonValueKind.String && Says(JsonText.Text(tag), key, value)),
        JsonValueKind.Object => Tags.TryGetProperty(key, out var told) && (value is null || JsonText.Text(told) == value),
        _ => false,
    };

    private static bool Says(string tag, string key, string? value)
    {
        var said = tag.Trim();
        return value is null ? said.StartsWith(key + "=", StringComparison.Ordinal) : said == $"{key}={value}";
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HistoryPage))]
internal sealed partial class HistoryJson : JsonSerializerContext;
