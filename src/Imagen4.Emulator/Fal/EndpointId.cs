namespace Imagen4.Emulator.Fal;

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
