namespace Imagen4.Core.Providers;

/// <summary>The price of one unit of what a model does.</summary>
/// <param name="Amount">The price.</param>
/// <param name="Unit">What is counted, in the host's words; <c>image</c> for a price of the user's own.</param>
/// <param name="Currency">Its currency; null for a price of the user's own, which has none.</param>
/// <param name="IsHosts">Whether the host says so, and not the user.</param>
internal sealed record UnitPrice(decimal Amount, string? Unit, string? Currency, bool IsHosts)
{
    /// <summary>What a price of the user's own is for.</summary>
    public const string Image = "image";

    /// <summary>The price a profile states for all its models, or null.</summary>
    public static UnitPrice? OfProfile(ProviderProfile profile) =>
        profile.PricePerImage is { } price ? new UnitPrice(price, Image, Currency: null, IsHosts: false) : null;

    /// <summary>Whether the price is for such units. Hosts write them in the singular or the plural.</summary>
    public bool IsFor(string unit) => Unit is { } own && Singular(own).Equals(Singular(unit), StringComparison.OrdinalIgnoreCase);

    private static string Singular(string unit) => unit.Trim().TrimEnd('s', 'S');
}
