using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Billing;

/// <summary>One accepted POST: what a client would have paid for.</summary>
internal sealed record Bill(
    DateTime Time,
    string RequestId,
    string Host,
    string Model,
    int Images,
    string KeyHash,
    [property: JsonConverter(typeof(AsReceivedConverter))] JsonElement Input)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Tags { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ObjectLifecycle { get; init; }

    public static Bill Of(Job job, string key) => new(
        job.SubmittedAt.UtcDateTime,
        job.RequestId,
        job.Host,
        job.Endpoint.ToString(),
        job.Plan.ImagesAsked,
        BillLog.HashKey(key),
        job.Input)
    {
        Tags = job.Settings.Tags,
        ObjectLifecycle = job.Settings.ObjectLifecycle,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Bill))]
internal sealed partial class BillJson : JsonSerializerContext;
