namespace Imagen4.Emulator.Http;

/// <summary>The newest requests, so that a test can assert what was sent and what was not.</summary>
internal sealed class RequestLog(int capacity, TimeProvider time)
{
    private static readonly string[] Kept = ["User-Agent", "Accept", "Content-Type", "Content-Length", "Range", "Expect"];

    private readonly Lock _gate = new();
    private readonly Queue<RequestRecord> _records = new();

    public RequestRecord Add(HttpContext context)
    {
        var request = context.Request;
        var record = new RequestRecord(
            time.GetUtcNow().UtcDateTime,
            request.Method,
            $"{request.Path}{request.QueryString}",
            context.Connection.Id,
            HeadersOf(request));
        lock (_gate)
        {
            _records.Enqueue(record);
            if (_records.Count > capacity)
            {
                _records.Dequeue();
            }
        }

        return record;
    }

    public IReadOnlyList<RequestRecord> Records()
    {
        lock (_gate)
        {
            return [.. _records];
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _records.Clear();
        }
    }

    private static Dictionary<string, string> HeadersOf(HttpRequest request)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in request.Headers)
        {
            if (Kept.Contains(name, StringComparer.OrdinalIgnoreCase) || name.StartsWith("x-", StringComparison.OrdinalIgnoreCase))
            {
                headers[name.ToLowerInvariant()] = value.ToString();
            }
        }

        // The scheme alone: it proves whether a key was sent and keeps it out of the log.
        if (request.Headers.Authorization.ToString() is { Length: > 0 } authorization)
        {
            headers["authorization"] = authorization.Split(' ')[0];
        }

        return headers;
    }
}
