using System.Text.Json.Serialization;

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
            if (name.EndsWith("-key", StringComparison.OrdinalIgnoreCase))
            {
                // That there is one, and not which.
                headers[name.ToLowerInvariant()] = "***";
            }
            else if (Kept.Contains(name, StringComparer.OrdinalIgnoreCase) || name.StartsWith("x-", StringComparison.OrdinalIgnoreCase))
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

/// <summary>One request that was seen, without secrets.</summary>
internal sealed record RequestRecord(
    DateTime Time,
    string Method,
    string Path,
    string Connection,
    IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The answer's status; null while there is none, and for good when the connection was cut.</summary>
    public int? Status { get; set; }

    /// <summary>The kind of fault that the request met, once it is performed as far as the fault lets it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Fault { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<RequestRecord>))]
internal sealed partial class RequestJson : JsonSerializerContext;

/// <summary>Records every request to a host's endpoints and to files; looking at the emulator itself leaves no trace.</summary>
internal static class RequestRecording
{
    public static Func<HttpContext, RequestDelegate, Task> Middleware(RequestLog log) => (context, next) =>
    {
        if (!IsOwn(context.Request.Path))
        {
            var record = log.Add(context);
            context.Features.Set(record);
            // Noted before the client can have the answer, so that a test that reads the log next sees it.
            context.Response.OnStarting(() =>
            {
                record.Status = context.RequestAborted.IsCancellationRequested ? null : context.Response.StatusCode;
                return Task.CompletedTask;
            });
        }

        return next(context);
    };

    private static bool IsOwn(PathString path) =>
        path == "/" || path == "/favicon.ico"
        || (path.StartsWithSegments("/_emulator", out var rest) && !rest.StartsWithSegments("/files"));
}
