using System.Net.Http.Headers;

namespace Imagen4.Core.Http;

/// <summary>How long a host asks to be left alone (RFC 9110, 10.2.3): seconds, or a date.</summary>
internal static class RetryAfter
{
    /// <summary>The longest the module waits on a host's word.</summary>
    public static readonly TimeSpan Cap = TimeSpan.FromSeconds(60);

    /// <summary>Reads the header.</summary>
    /// <returns>The wait, capped at <see cref="Cap"/> and never negative; null without the header.</returns>
    public static TimeSpan? Read(HttpResponseHeaders headers, TimeProvider time)
    {
        var asked = headers.RetryAfter?.Delta ?? headers.RetryAfter?.Date - time.GetUtcNow();
        return asked is { } wait ? TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, Cap.Ticks)) : null;
    }
}
