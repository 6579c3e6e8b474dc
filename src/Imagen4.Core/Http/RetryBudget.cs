using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Http;

/// <summary>
/// How often requests to one host may be repeated, shared by everything in the process that talks to it. It is filled by answers,
/// so that retries do not make an outage worse: once it is empty, nothing is retried until the host answers again.
/// </summary>
internal sealed class RetryBudget
{
    // The standard mode of the AWS SDKs, with 80 repeats for a start where they have 100.
    private const int Capacity = 400;
    private const int Cost = 5;
    private const int Earned = 1;

    private static readonly ConcurrentDictionary<string, RetryBudget> ByHost = new(StringComparer.OrdinalIgnoreCase);

    private readonly Lock _lock = new();
    private int _left = Capacity;

    /// <summary>The budget of the host that an address belongs to.</summary>
    public static RetryBudget For(Uri address) => ByHost.GetOrAdd(address.GetLeftPart(UriPartial.Authority), static _ => new RetryBudget());

    /// <summary>Takes the cost of one retry from the budget, if there is enough left.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            if (_left < Cost)
            {
                return false;
            }

            _left -= Cost;
            return true;
        }
    }

    /// <summary>Records an answer: a successful retry gets its cost back, a first attempt earns a fraction of it.</summary>
    public void Answered(bool wasRepeat)
    {
        lock (_lock)
        {
            _left = Math.Min(_left + (wasRepeat ? Cost : Earned), Capacity);
        }
    }
}

/// <summary>The Retry-After header (RFC 9110, 10.2.3): seconds, or a date.</summary>
internal static class RetryAfter
{
    /// <summary>The longest Retry-After that is honoured.</summary>
    public static readonly TimeSpan Cap = TimeSpan.FromSeconds(60);

    /// <summary>Reads the header.</summary>
    /// <returns>The wait, capped at <see cref="Cap"/> and never negative; null without the header.</returns>
    public static TimeSpan? Read(HttpResponseHeaders headers, TimeProvider time) =>
        Asked(headers, time) is { } wait ? TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, Cap.Ticks)) : null;

    /// <summary>Reads the header unlimited: it may ask for days, or for a time that has passed.</summary>
    public static TimeSpan? Asked(HttpResponseHeaders headers, TimeProvider time) =>
        // A date means the host's clock, which the answer shows; this machine's may be a day off.
        headers.RetryAfter?.Delta ?? headers.RetryAfter?.Date - (headers.Date ?? time.GetUtcNow());

    /// <summary>A wait, or up to a tenth more, so that all who were told the same do not come back together.</summary>
    public static TimeSpan Spread(TimeSpan wait) => wait * (1 + (0.1 * Random.Shared.NextDouble()));

    /// <summary>
    /// What the host wants, in words behind an error's, where it wants to be left alone for longer than the module waits.
    /// </summary>
    public static string Said(HttpResponseHeaders headers, TimeProvider time) =>
        Asked(headers, time) is { } wait && wait > Cap ? Messages.HostAsksForLonger.With((long)wait.TotalSeconds) : "";
}
