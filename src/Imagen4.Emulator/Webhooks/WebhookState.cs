using System.Text.Json.Serialization;

namespace Imagen4.Emulator.Webhooks;

/// <summary>What has become of a delivery.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WebhookState>))]
internal enum WebhookState
{
    [JsonStringEnumMemberName("pending")]
    Pending,

    [JsonStringEnumMemberName("delivered")]
    Delivered,

    [JsonStringEnumMemberName("given_up")]
    GivenUp,
}
