using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Emulator.Fal;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Platform;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PriceList))]
[JsonSerializable(typeof(RequestPage))]
[JsonSerializable(typeof(PlatformError))]
internal sealed partial class PlatformJson : JsonSerializerContext
{
    public static PlatformJson Wire => field ??= new PlatformJson(PlainText.OptionsOf(Default));
}

/// <summary>An error of the platform's, one level down.</summary>
internal sealed record PlatformError(PlatformErrorBody Error);

/// <summary>What <see cref="PlatformError"/> says.</summary>
internal sealed record PlatformErrorBody(string Type, string Message, string DocsUrl, string RequestId);

/// <summary>The answer to a question for prices.</summary>
internal sealed record PriceList(IReadOnlyList<Price> Prices);

/// <summary>What one image of an endpoint costs.</summary>
internal sealed record Price(string EndpointId, decimal UnitPrice, string Unit, string Currency);

/// <summary>A part of the history, newest first.</summary>
internal sealed record RequestPage(IReadOnlyList<RequestItem> Items, bool HasMore, string? NextCursor);

/// <summary>One request of the history.</summary>
internal sealed record RequestItem(
    string RequestId,
    string EndpointId,
    DateTime SentAt,
    DateTime? StartedAt,
    DateTime? EndedAt,
    string Status,
    int? StatusCode)
{
    /// <summary>The input as it came; only when payloads are asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonConverter(typeof(AsReceivedConverter))]
    public JsonElement? Input { get; init; }

    /// <summary>The same under the name that the host's own clients read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonConverter(typeof(AsReceivedConverter))]
    public JsonElement? JsonInput => Input;

    public static RequestItem Of(Job job, bool withPayload)
    {
        var progress = job.Progress;
        return new RequestItem(
            job.RequestId,
            job.Endpoint.ToString(),
            job.SubmittedAt.UtcDateTime,
            progress.StartedAt?.UtcDateTime,
            progress.EndedAt?.UtcDateTime,
            QueueStatus.Name(progress.State),
            progress.State == JobState.Completed ? progress.Failure?.Status ?? 200 : null)
        {
            Input = withPayload ? job.Input : null,
        };
    }
}
