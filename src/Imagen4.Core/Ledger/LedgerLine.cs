using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Core.Rows;

namespace Imagen4.Core.Ledger;

/// <summary>
/// One line of a segment. Every line names its request and its row, so that losing one loses no more than what it alone says.
/// Members are short: there are several lines a request, and folding them is what a batch waits for.
/// </summary>
internal sealed record LedgerLine
{
    [JsonPropertyName("s")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    [JsonConverter(typeof(JsonStringEnumConverter<LedgerStep>))]
    public required LedgerStep Step { get; init; }

    [JsonPropertyName("id")]
    public required string LedgerId { get; init; }

    /// <summary>Milliseconds since 1970, UTC.</summary>
    [JsonPropertyName("t")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required long Time { get; init; }

    /// <summary>The process that says it.</summary>
    [JsonPropertyName("o")]
    public required string Owner { get; init; }

    [JsonPropertyName("a")]
    public int Attempt { get; init; }

    [JsonPropertyName("c")]
    public int Claim { get; init; }

    [JsonPropertyName("left")]
    public bool IsLeft { get; init; }

    [JsonPropertyName("row")]
    public string? Row { get; init; }

    [JsonPropertyName("sub")]
    public string? Subject { get; init; }

    [JsonPropertyName("in")]
    public string? InputHash { get; init; }

    [JsonPropertyName("dir")]
    public string? Directory { get; init; }

    [JsonPropertyName("x")]
    public int Index { get; init; }

    [JsonPropertyName("p")]
    public string? Provider { get; init; }

    [JsonPropertyName("m")]
    public string? Model { get; init; }

    [JsonPropertyName("k")]
    public string? Key { get; init; }

    [JsonPropertyName("input")]
    public ImageInput? Input { get; init; }

    [JsonPropertyName("set")]
    public LedgerSettings? Settings { get; init; }

    [JsonPropertyName("rid")]
    public string? RequestId { get; init; }

    /// <summary>When the first line of the request was written; only in lines that stand for several.</summary>
    [JsonPropertyName("t0")]
    public long? Started { get; init; }

    /// <summary>When the host accepted it; only in lines that stand for several.</summary>
    [JsonPropertyName("ta")]
    public long? Accepted { get; init; }

    [JsonPropertyName("res")]
    public LedgerResult? Result { get; init; }

    [JsonPropertyName("err")]
    public string? Error { get; init; }

    [JsonPropertyName("et")]
    public string? ErrorType { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(LedgerLine))]
[JsonSerializable(typeof(SegmentHeader))]
internal sealed partial class LedgerJson : JsonSerializerContext
{
    /// <summary>Prompts stay in their own script: the lines go into a file, never into a page.</summary>
    public static LedgerJson Plain { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
