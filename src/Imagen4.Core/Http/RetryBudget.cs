using System.Collections.Concurrent;

namespace Imagen4.Core.Http;

/// <summary>
/// How often requests to one host may be repeated, shared by everything in the process that talks to it. It is filled by answers,
/// so that an outage is asked about and not multiplied: once it is empty, nothing is repeated until the host answers again.
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

    /// <summary>Takes the price of one repeat, if it is there.</summary>
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

    /// <summary>Notes an answer: a repeat that brought one gets its price back, a first call earns a part of one.</summary>
    public void Answered(bool wasRepeat)
    {
        lock (_lock)
        {
            _left = Math.Min(_left + (wasRepeat ? Cost : Earned), Capacity);
        }
    }
}
