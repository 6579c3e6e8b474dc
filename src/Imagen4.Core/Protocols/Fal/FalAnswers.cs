using System.Text.Json;
using System.Text.Json.Serialization;

namespace Imagen4.Core.Protocols.Fal;

/// <summary>The answer to a submit besides the request's id, which alone is needed; all of it may be absent or null.</summary>
internal sealed record FalSubmitAnswer
{
    public string? StatusUrl { get; init; }

    public string? ResponseUrl { get; init; }

    public string? CancelUrl { get; init; }

    public int? QueuePosition { get; init; }
}

/// <summary>The answer to a status read.</summary>
internal sealed record FalStatusAnswer
{
    public string? Status { get; init; }

    public string? RequestId { get; init; }

    public int? QueuePosition { get; init; }

    public JsonElement? Metrics { get; init; }

    [JsonConverter(typeof(LogLines))]
    public IReadOnlyList<FalLogEntry>? Logs { get; init; }

    public string? Error { get; init; }

    [JsonConverter(typeof(HostWord))]
    public string? ErrorType { get; init; }

    /// <summary>What the host measured, where it did.</summary>
    [JsonIgnore]
    public double? InferenceTime =>
        Metrics is { ValueKind: JsonValueKind.Object } metrics
        && metrics.TryGetProperty("inference_time", out var seconds)
        && seconds.ValueKind == JsonValueKind.Number
        && seconds.TryGetDouble(out var value)
            ? value
            : null;
}

/// <summary>A line of a log.</summary>
internal sealed record FalLogEntry
{
    public string? Message { get; init; }

    [JsonConverter(typeof(HostWord))]
    public string? Level { get; init; }

    [JsonConverter(typeof(HostWord))]
    public string? Source { get; init; }

    public string? Timestamp { get; init; }
}

/// <summary>The result of an image model, in both published generations: with a seed, or with a description.</summary>
internal sealed record FalResultAnswer
{
    [JsonConverter(typeof(FalFiles))]
    public IReadOnlyList<FalFile>? Images { get; init; }

    public long? Seed { get; init; }

    [JsonConverter(typeof(HostProse))]
    public string? Description { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}

/// <summary>A file of a result. Everything but its address may be absent or null.</summary>
internal sealed record FalFile
{
    /// <summary>JSON text: it may be a data URI of many megabytes, which is better left as it is.</summary>
    public JsonElement? Url { get; init; }

    [JsonConverter(typeof(HostWord))]
    public string? ContentType { get; init; }

    [JsonConverter(typeof(HostWord))]
    public string? FileName { get; init; }

    public long? FileSize { get; init; }

    public int? Width { get; init; }

    public int? Height { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}

/// <summary>An error: of a model (a list of details), of the infrastructure (flat), or a bare text.</summary>
internal sealed record FalErrorAnswer
{
    public JsonElement? Detail { get; init; }

    /// <summary>The form of gateways in front of fal: a text, or an object with a message and a type.</summary>
    public JsonElement? Error { get; init; }

    [JsonConverter(typeof(HostWord))]
    public string? ErrorType { get; init; }

    [JsonConverter(typeof(HostWord))]
    public string? Status { get; init; }
}
