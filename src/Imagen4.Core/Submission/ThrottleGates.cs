using System.Collections.Concurrent;
using Imagen4.Core.Http;

namespace Imagen4.Core.Submission;

/// <summary>One gate for each host.</summary>
internal sealed class ThrottleGates
{
    private readonly ConcurrentDictionary<string, ThrottleGate> _gates = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The gate of a host.</summary>
    public ThrottleGate For(HostConnection host) =>
        _gates.GetOrAdd(host.BaseUri.GetLeftPart(UriPartial.Authority), static (_, time) => new ThrottleGate(time), host.Time);
}
