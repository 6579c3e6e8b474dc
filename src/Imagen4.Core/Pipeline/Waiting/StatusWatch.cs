using Imagen4.Core.Protocols.Contract;

namespace Imagen4.Core.Pipeline.Waiting;

/// <summary>What somebody who waits for a request wants to see meanwhile.</summary>
/// <param name="Logs">Whether the model's log lines are wanted.</param>
/// <param name="Seen">Called with every state the host reports, one after the other; several in a row may be the same.</param>
internal sealed record StatusWatch(bool Logs, Func<HostStatus, CancellationToken, Task>? Seen)
{
    /// <summary>Nothing but the end.</summary>
    public static StatusWatch Nothing { get; } = new(Logs: false, Seen: null);

    /// <summary>Hears that the host is done with the request.</summary>
    /// <param name="ended">What is done then; null for nothing.</param>
    public static StatusWatch ForEnd(Action? ended) => new(Logs: false, (seen, _) =>
    {
        if (seen.HasEnded)
        {
            ended?.Invoke();
        }

        return Task.CompletedTask;
    });

    /// <summary>Hears once that the host has begun to generate, and that it is done.</summary>
    /// <param name="started">What is done when it has begun.</param>
    /// <param name="ended">What is done when it is done; null for nothing.</param>
    public static StatusWatch ForStart(Func<Task> started, Action? ended = null)
    {
        var isKnown = false;
        return new StatusWatch(Logs: false, (seen, _) =>
        {
            if (seen.HasEnded)
            {
                ended?.Invoke();
            }

            if (isKnown || seen.State != ImagenStates.InProgress)
            {
                return Task.CompletedTask;
            }

            isKnown = true;
            return started();
        });
    }

    /// <summary>Tells what the host has said, and waits until it has been heard.</summary>
    public Task TellAsync(HostStatus status, CancellationToken cancellation) => Seen?.Invoke(status, cancellation) ?? Task.CompletedTask;
}

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
