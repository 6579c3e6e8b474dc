namespace Imagen4;

/// <summary>What a model costs.</summary>
public sealed class ImagenPrice
{
    /// <summary>The provider.</summary>
    public string Provider { get; set; } = "";

    /// <summary>The endpoint id.</summary>
    public string Model { get; set; } = "";

    /// <summary>The price of one unit.</summary>
    public decimal UnitPrice { get; set; }

    /// <summary>What is counted, for example an image.</summary>
    public string? Unit { get; set; }

    /// <summary>The currency; null for a price of a profile, which says none.</summary>
    public string? Currency { get; set; }

    /// <summary>Who says so: <c>Host</c> or <c>Profile</c>.</summary>
    public string Source { get; set; } = "";

    /// <summary>How many units a request comes to, as far as that is known: by what it depends, in one line; null where it is not known.</summary>
    public string? Rules { get; set; }

    /// <summary>Where <see cref="Rules"/> was taken from, and when.</summary>
    public string? RulesSource { get; set; }

    /// <summary>The price and its unit.</summary>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{UnitPrice} {Currency} / {Unit}");
}
