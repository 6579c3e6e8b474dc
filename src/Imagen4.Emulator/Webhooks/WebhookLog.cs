using System.Text.Json.Serialization;

namespace Imagen4.Emulator.Webhooks;

/// <summary>The newest deliveries, oldest first.</summary>
internal sealed class WebhookLog(int capacity)
{
    private readonly Lock _gate = new();
    private readonly List<WebhookView> _deliveries = [];

    public IReadOnlyList<WebhookView> Deliveries
    {
        get
        {
            lock (_gate)
            {
                return [.. _deliveries];
            }
        }
    }

    public void Add(string requestId, Uri url)
    {
        lock (_gate)
        {
            _deliveries.Add(new WebhookView(requestId, url, WebhookState.Pending, [], null));
            if (_deliveries.Count > capacity)
            {
                _deliveries.RemoveAt(0);
            }
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _deliveries.Clear();
        }
    }

    public void Update(string requestId, Func<WebhookView, WebhookView> change)
    {
        lock (_gate)
        {
            var index = _deliveries.FindIndex(delivery => delivery.RequestId == requestId);
            if (index >= 0)
            {
                _deliveries[index] = change(_deliveries[index]);
            }
        }
    }
}

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

/// <summary>One try, with its signed headers; the receiver's status, or why there is none.</summary>
internal sealed record WebhookAttempt(DateTime Time, IReadOnlyDictionary<string, string> Headers, int? StatusCode, string? Error)
{
    public bool Succeeded() => StatusCode is >= 200 and <= 299;
}

/// <summary>A delivery as it is listed. The body is there once the job has ended.</summary>
internal sealed record WebhookView(
    string RequestId,
    Uri Url,
    WebhookState State,
    IReadOnlyList<WebhookAttempt> Attempts,
    string? Body);
