using System.Collections.Concurrent;

namespace Imagen4.Core.Http;

/// <summary>Which providers do not answer, for one batch: each outage of each is said once, whatever number of rows waits for it.</summary>
/// <param name="time">The clock.</param>
/// <param name="warn">Receives the warnings, on any thread.</param>
public sealed class HostOutages(TimeProvider time, Action<string>? warn)
{
    private readonly ConcurrentDictionary<string, HostOutage> _hosts = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>One line on the outages that somebody waits for to end; null where there are none.</summary>
    public string? Current
    {
        get
        {
            var said = _hosts.Values.Select(host => host.Current).OfType<string>().Order(StringComparer.Ordinal).ToList();
            return said.Count == 0 ? null : string.Join("; ", said);
        }
    }

    /// <summary>A provider's own.</summary>
    internal HostOutage Of(string provider) => _hosts.GetOrAdd(provider, name => new HostOutage(name, time, warn));
}
