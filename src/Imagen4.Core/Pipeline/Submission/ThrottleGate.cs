using System.Collections.Concurrent;
using Imagen4.Core.Providers;

namespace Imagen4.Core.Pipeline.Submission;

/// <summary>
/// Where every submission of a provider waits while the host asks to be left alone: one 429 pauses all workers.
/// Reads do not wait here: they cost nothing, hosts count them apart, and each backs off on its own, as told.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class ThrottleGate(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _opens;

    /// <summary>Keeps the gate closed for at least this long from now.</summary>
    public void Close(TimeSpan wait)
    {
        lock (_lock)
        {
            var opens = Now() + wait;
            _opens = opens > _opens ? opens : _opens;
        }
    }

    /// <summary>Waits until the gate is open.</summary>
    public async Task PassAsync(CancellationToken cancellation)
    {
        while (Remaining() is { Ticks: > 0 } wait)
        {
            // A delay drops fractions of a millisecond, and would come back too early again and again.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), time, cancellation).ConfigureAwait(false);
        }
    }

    // Not the time of day, which somebody may set.
    private TimeSpan Now() => time.GetElapsedTime(_start);

    private TimeSpan Remaining()
    {
        lock (_lock)
        {
            return _opens - Now();
        }
    }
}

/// <summary>One gate for each host.</summary>
internal sealed class ThrottleGates
{
    private readonly ConcurrentDictionary<string, ThrottleGate> _gates = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The gate of a host.</summary>
    public ThrottleGate For(HostConnection host) =>
        _gates.GetOrAdd(host.BaseUri.GetLeftPart(UriPartial.Authority), static (_, time) => new ThrottleGate(time), host.Time);
}
