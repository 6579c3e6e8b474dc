using Imagen4.Core.Pipeline.Costs;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>Sums of costs, one for each currency: amounts in different currencies have no sum.</summary>
internal sealed class CostSums
{
    private readonly SortedDictionary<string, decimal> _sums = new(StringComparer.Ordinal);

    /// <summary>Whether nothing has been added.</summary>
    public bool IsEmpty => _sums.Count == 0;

    /// <summary>Adds an amount.</summary>
    /// <param name="amount">The amount.</param>
    /// <param name="currency">Its currency; null for a price of the user's own, which has none.</param>
    public void Add(decimal amount, string? currency) => _sums[currency ?? ""] = Money.Sum(_sums.GetValueOrDefault(currency ?? ""), amount);

    /// <summary>Whether the sums are the same as others.</summary>
    public bool Equal(CostSums other) => _sums.SequenceEqual(other._sums);

    /// <summary>The sums as messages show them.</summary>
    public override string ToString() =>
        string.Join(" + ", _sums.Select(sum => new Money(sum.Value, sum.Key.Length == 0 ? null : sum.Key).ToString()));
}
