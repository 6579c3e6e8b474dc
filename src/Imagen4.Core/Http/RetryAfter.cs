using System.Net.Http.Headers;

namespace Imagen4.Core.Http;

/// <summary>How long a host asks to be left alone (RFC 9110, 10.2.3): seconds, or a date.</summary>
internal static class RetryAfter
{
    /// <summary>The longest the module waits on a host's word.</summary>
    public static readonly TimeSpan Cap = TimeSpan.FromSeconds(60);

    /// <summary>Reads the header.</summary>
    /// <returns>The wait, capped at <see cref="Cap"/> and never negative; null without the header.</returns>
    public static TimeSpan? Read(HttpResponseHeaders headers, TimeProvider time) =>
        Asked(headers, time) is { } wait ? TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, Cap.Ticks)) : null;

    /// <summary>Reads the header as it is: it may ask for days, or for a time that has passed.</summary>
    public static TimeSpan? Asked(HttpResponseHeaders headers, TimeProvider time) =>
        // A date means the host's clock, which the answer shows; this machine's may be a day off.
        headers.RetryAfter?.Delta ?? headers.RetryAfter?.Date - (headers.Date ?? time.GetUtcNow());

    /// <summary>A wait, or up to a tenth more, so that all who were told the same do not come back together.</summary>
    public static TimeSpan Spread(TimeSpan wait) => wait * (1 + (0.1 * Random.Shared.NextDouble()));

    /// <summary>What the host wants, in words behind an error's, where it wants to be left alone for longer than the module waits.</summary>
    public static string Said(HttpResponseHeaders headers, TimeProvider time) =>
        Asked(headers, time) is { } wait && wait > Cap ? Messages.HostAsksForLonger.With((long)wait.TotalSeconds) : "";
}
