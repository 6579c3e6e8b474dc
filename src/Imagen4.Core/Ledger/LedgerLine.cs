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
    public required LedgerStep Step { get; set; }

    [JsonPropertyName("id")]
    public required string LedgerId { get; set; }

    /// <summary>Milliseconds since 1970, UTC.</summary>
    [JsonPropertyName("t")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required long Time { get; set; }

    /// <summary>The process that says it.</summary>
    [JsonPropertyName("o")]
    public required string Owner { get; set; }

    [JsonPropertyName("a")]
    public int Attempt { get; set; }

    [JsonPropertyName("c")]
    public int Claim { get; set; }

    [JsonPropertyName("left")]
    public bool IsLeft { get; set; }

    [JsonPropertyName("row")]
    public string? Row { get; set; }

    [JsonPropertyName("sub")]
    public string? Subject { get; set; }

    [JsonPropertyName("in")]
    public string? InputHash { get; set; }

    [JsonPropertyName("dir")]
    public string? Directory { get; set; }

    [JsonPropertyName("x")]
    public int Index { get; set; }

    [JsonPropertyName("p")]
    public string? Provider { get; set; }

    [JsonPropertyName("m")]
    public string? Model { get; set; }

    [JsonPropertyName("b")]
    public string? BaseAddress { get; set; }

    [JsonPropertyName("k")]
    public string? Key { get; set; }

    [JsonPropertyName("input")]
    public ImageInput? Input
    {
        get => InputJson?.Value;
        set => InputJson = KeptJson<ImageInput>.Of(value);
    }

    [JsonIgnore]
    public KeptJson<ImageInput>? InputJson { get; set; }

    [JsonPropertyName("set")]
    public LedgerSettings? Settings
    {
        get => SettingsJson?.Value;
        set => SettingsJson = KeptJson<LedgerSettings>.Of(value);
    }

    [JsonIgnore]
    public KeptJson<LedgerSettings>? SettingsJson { get; set; }

    [JsonPropertyName("rid")]
    public string? RequestId { get; set; }

    /// <summary>The seed that the host says it used.</summary>
    [JsonPropertyName("seed")]
    public long? Seed { get; set; }

    /// <summary>When the first line of the request was written; only in lines that stand for several.</summary>
    [JsonPropertyName("t0")]
    public long? Started { get; set; }

    /// <summary>When the host accepted it; only in lines that stand for several.</summary>
    [JsonPropertyName("ta")]
    public long? Accepted { get; set; }

    [JsonPropertyName("res")]
    public LedgerResult? Delivery
    {
        get => DeliveryJson?.Value;
        set => DeliveryJson = KeptJson<LedgerResult>.Of(value);
    }

    [JsonIgnore]
    public KeptJson<LedgerResult>? DeliveryJson { get; set; }

    [JsonPropertyName("err")]
    public string? Error { get; set; }

    [JsonPropertyName("et")]
    public string? ErrorType { get; set; }

    /// <summary>The kind of error by which the host refused this very input.</summary>
    [JsonPropertyName("no")]
    public string? Refusal { get; set; }
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
