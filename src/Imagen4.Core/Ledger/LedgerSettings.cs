using System.Text.Json.Serialization;
using Imagen4.Core.Input;

namespace Imagen4.Core.Ledger;

/// <summary>The settings of a submission, as the text users see.</summary>
internal sealed record LedgerSettings
{
    [JsonPropertyName("hook")]
    public string? WebhookUri { get; init; }

    [JsonPropertyName("prio")]
    public string? Priority { get; init; }

    [JsonPropertyName("start")]
    public long? StartTimeoutSec { get; init; }

    [JsonPropertyName("queue")]
    public long? MaxQueueLength { get; init; }

    [JsonPropertyName("tag")]
    public string? Tag { get; init; }

    [JsonPropertyName("life")]
    public string? ObjectLifetime { get; init; }

    /// <summary>Keeps settings; null where none is given.</summary>
    public static LedgerSettings? Of(SubmitSettings settings) => settings == SubmitSettings.None ? null : new()
    {
        WebhookUri = settings.WebhookUri?.AbsoluteUri,
        Priority = settings.Priority,
        StartTimeoutSec = settings.StartTimeoutSec,
        MaxQueueLength = settings.MaxQueueLength,
        Tag = settings.Tag?.ToJson(),
        ObjectLifetime = settings.ObjectLifetime?.Text,
    };

    /// <summary>Puts the settings on an object users see.</summary>
    public void CopyTo(ImagenInputs target)
    {
        (target.WebhookUri, target.Priority, target.Tag, target.ObjectLifetime) = (WebhookUri, Priority, Tag, ObjectLifetime);
        (target.StartTimeoutSec, target.MaxQueueLength) = ((int?)StartTimeoutSec, (int?)MaxQueueLength);
    }
}
