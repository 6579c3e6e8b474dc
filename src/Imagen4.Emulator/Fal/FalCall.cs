namespace Imagen4.Emulator.Fal;

/// <summary>One call as its path names it. Reads come by the app or by the full endpoint id, with or without a trailing slash.</summary>
internal sealed record FalCall(FalOperation Operation, EndpointId Endpoint, string? RequestId)
{
    public string Method => Operation switch
    {
        FalOperation.Submit => HttpMethods.Post,
        FalOperation.Cancel => HttpMethods.Put,
        _ => HttpMethods.Get,
    };

    public static FalCall? Parse(string path)
    {
        var segments = path.Trim('/').Split('/');
        var marker = Array.IndexOf(segments, "requests");
        if (marker < 0)
        {
            return Create(FalOperation.Submit, segments, requestId: null);
        }

        return segments[(marker + 1)..] switch
        {
            [var id] => Create(FalOperation.Result, segments[..marker], id),
            [var id, "response"] => Create(FalOperation.Result, segments[..marker], id),
            [var id, "status"] => Create(FalOperation.Status, segments[..marker], id),
            [var id, "status", "stream"] => Create(FalOperation.Stream, segments[..marker], id),
            [var id, "cancel"] => Create(FalOperation.Cancel, segments[..marker], id),
            _ => null,
        };
    }

    private static FalCall? Create(FalOperation operation, string[] endpoint, string? requestId) =>
        EndpointId.FromSegments(endpoint) is { } id ? new FalCall(operation, id, requestId) : null;
}

/// <summary>What can be asked of the queue.</summary>
internal enum FalOperation
{
    Submit,
    Status,
    Stream,
    Result,
    Cancel,
}

/// <summary>A model endpoint: <c>fal-ai/imagen4/preview/fast</c> is app <c>fal-ai/imagen4</c>, path <c>preview/fast</c>.</summary>
internal sealed record EndpointId(string App, string Path)
{
    /// <summary>Reads an id from its segments; null when there are too few.</summary>
    public static EndpointId? FromSegments(ReadOnlySpan<string> segments)
    {
        // These namespaces stand in front of owner and alias and belong to the app.
        var appLength = segments is ["workflows" or "comfy", ..] ? 3 : 2;
        return segments.Length < appLength
            ? null
            : new EndpointId(string.Join('/', segments[..appLength]), string.Join('/', segments[appLength..]));
    }

    public override string ToString() => Path.Length == 0 ? App : $"{App}/{Path}";
}
