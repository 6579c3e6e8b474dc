using System.Globalization;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>Reads a price. PowerShell's own conversion takes the text 0,05 for five.</summary>
internal static class PlainPrice
{
    /// <summary>The price, or null for none.</summary>
    /// <exception cref="InvalidInputException">It is not exactly a number, or below zero.</exception>
    public static decimal? Of(object? given) => Of(given, CommandMessages.PriceMalformed);

    /// <summary>An amount that is given, and has to be one.</summary>
    /// <exception cref="InvalidInputException">It is empty, not exactly a number, or below zero.</exception>
    public static decimal Amount(object? given) =>
        Of(given, CommandMessages.MaxCostMalformed) ?? throw new InvalidInputException(CommandMessages.MaxCostMalformed.With(""));

    private static decimal? Of(object? given, string malformed)
    {
        var value = BoundValue.Plain(given);
        if (value is null || (value is string blank && string.IsNullOrWhiteSpace(blank)))
        {
            return null;
        }

        // A double is written the shortest way that is exact, which is how the user wrote it.
        var text = (value is System.Collections.IList list ? string.Join(',', list.Cast<object>())
            : value is IFormattable number ? number.ToString(null, CultureInfo.InvariantCulture) : value.ToString()!).Trim();
        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture,
            out var price)
            ? price
            : throw new InvalidInputException(malformed.With(PlainText.Brief(text)));
    }
}
