using System.Globalization;
using Imagen4.Core.Input;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Costs;

/// <summary>What a request costs, at a known price: at most, before it is sent, and in fact. What is not known is never guessed.</summary>
internal static class RowCost
{
    // What hosts call the number of images.
    private static readonly string[] CountNames =
        ["num_images", "n", "num_outputs", "number_of_images", "max_images", "batch_size", "sample_count", "count"];

    /// <summary>What a request can cost at most.</summary>
    /// <param name="price">The price; null where none is known.</param>
    /// <param name="rule">How many units a request to its model comes to; null where that is not known.</param>
    /// <param name="input">What is sent.</param>
    public static Estimate AtMost(UnitPrice? price, PriceRule? rule, ImageInput input)
    {
        if (price is null)
        {
            return new Estimate(null, Messages.CostUnknownPrice);
        }

        if (rule is null || !price.IsFor(rule.Unit))
        {
            // A price of the user's own is for an image, whatever else the request asks for: that is the user's word.
            return price.IsHosts
                ? new Estimate(null, Messages.CostUnknownRule.With(price.Unit ?? "?"))
                : Known(ImagesAsked(input) is { } asked ? Money.Of(asked, price.Amount, extra: 0, price.Currency) : null);
        }

        return Known(rule.Images(input) is { } images ? Ruled(price, rule, input, images) : null);
    }

    /// <summary>What a request has cost; null where that is not known.</summary>
    /// <param name="price">The price; null where none is known.</param>
    /// <param name="rule">How many units a request to its model comes to; null where that is not known.</param>
    /// <param name="input">What was sent.</param>
    /// <param name="units">What the host says it bills; null where it does not say.</param>
    /// <param name="images">How many images there are.</param>
    public static Money? Of(UnitPrice? price, PriceRule? rule, ImageInput input, decimal? units, int images) => price switch
    {
        null => null,
        { IsHosts: true } => units is { } billed ? Money.Of(billed, price.Amount, extra: 0, price.Currency) : null,
        _ when images == 0 && units > 0 => null,
        _ when rule is not null && price.IsFor(rule.Unit) => Ruled(price, rule, input, images),
        _ => Money.Of(images, price.Amount, extra: 0, price.Currency),
    };

    // Of a model that nothing is known of, whatever may be the number of images is taken for it.
    private static long? ImagesAsked(ImageInput input)
    {
        long most = 1;
        foreach (var given in CountNames.Select(name => InputValue.Of(input, name)).OfType<string>())
        {
            if (!long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > int.MaxValue)
            {
                return null;
            }

            most = Math.Max(most, count);
        }

        return most;
    }

    private static Money? Ruled(UnitPrice price, PriceRule rule, ImageInput input, long images)
    {
        var extras = rule.ExtrasOf(input).ToList();

        // What comes on top has a currency of its own. A price of the user's own is in the host's.
        try
        {
            return rule.UnitsPerImage(input) is not { } units || extras.Any(extra => price.Currency is { } own && own != extra.Currency)
                ? null
                : Money.Of(images * units, price.Amount, images * extras.Sum(extra => extra.Amount), price.Currency);
        }
        catch (OverflowException)
        {
            // A model of the user's own may have any factor.
            return null;
        }
    }

    private static Estimate Known(Money? most) => new(most, most is null ? Messages.CostUnknownInput : null);
}

/// <summary>What a request can cost at most.</summary>
/// <param name="Most">The amount; null where that is not known.</param>
/// <param name="Unknown">Why it is not known; null where it is.</param>
internal sealed record Estimate(Money? Most, string? Unknown);
