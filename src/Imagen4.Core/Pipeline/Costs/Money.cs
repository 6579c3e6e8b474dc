using System.Globalization;

namespace Imagen4.Core.Pipeline.Costs;

/// <summary>An amount of money.</summary>
/// <param name="Amount">The amount.</param>
/// <param name="Currency">Its currency; null for an amount at a price of the user's own, which has none.</param>
public sealed record Money(decimal Amount, string? Currency)
{
    // Dividing by it takes the zeros off the end: 0.0800 is 0.08.
    private const decimal One = 1.000000000000000000000000000m;

    // As amounts are written, and as exactly as they are known.
    private const string Format = "0.00##########################";

    /// <summary>A count of units at a price and what comes on top; null where no number can hold it, or it is below zero.</summary>
    internal static Money? Of(decimal units, decimal price, decimal extra, string? currency)
    {
        try
        {
            return units < 0 || price < 0 || extra < 0 ? null : new Money(((units * price) + extra) / One, currency);
        }
        catch (OverflowException)
        {
            // A host may write any number.
            return null;
        }
    }

    /// <summary>A sum of amounts that are not below zero; the largest number there is where none can hold it.</summary>
    public static decimal Sum(decimal some, decimal more) => some > decimal.MaxValue - more ? decimal.MaxValue : some + more;

    /// <summary>The amount and its currency, as every culture reads it.</summary>
    public override string ToString() => Currency is null
        ? Amount.ToString(Format, CultureInfo.InvariantCulture)
        : $"{Amount.ToString(Format, CultureInfo.InvariantCulture)} {Currency}";
}
