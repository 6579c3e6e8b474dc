using System.Text.Json;
using System.Text.Json.Serialization;

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

    /// <summary>The input, under the name that the host's own clients read.</summary>
    public JsonElement JsonInput { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HistoryPage))]
internal sealed partial class HistoryJson : JsonSerializerContext;
