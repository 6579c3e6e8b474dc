using Imagen4.Core.Protocols;

namespace Imagen4.Core.Waiting;

/// <summary>What somebody who waits for a request wants to see meanwhile.</summary>
/// <param name="Logs">Whether the model's log lines are wanted.</param>
/// <param name="Seen">Called with every state the host tells; several in a row may be the same.</param>
internal sealed record StatusWatch(bool Logs, Action<HostStatus>? Seen)
{
    /// <summary>Nothing but the end.</summary>
    public static StatusWatch Nothing { get; } = new(Logs: false, Seen: null);
}
