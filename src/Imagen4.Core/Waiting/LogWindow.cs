namespace Imagen4.Core.Waiting;

/// <summary>
/// Tells new log lines from those seen before. Hosts show a moving window in some answers and only what is new in others,
/// so lines are told apart by time and text, never by their place.
/// </summary>
internal sealed class LogWindow
{
    private readonly HashSet<(DateTime? Timestamp, string Message)> _seen = [];

    /// <summary>The lines that have not been seen before.</summary>
    public IReadOnlyList<ImagenLogEntry> New(IEnumerable<ImagenLogEntry> lines) =>
        [.. lines.Where(line => _seen.Add((line.Timestamp, line.Message)))];
}
