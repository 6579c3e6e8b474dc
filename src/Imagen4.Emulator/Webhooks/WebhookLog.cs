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
