using System.Globalization;
using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Costs;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Costs;

public sealed class RowCostTests
{
    private static readonly PriceRule Rule = HostData.BuiltIn.Prices.First(rule => rule.Ids.Contains("fal-ai/nano-banana-2"));

    [Theory]
    [InlineData("1", "0.08 USD")]
    [InlineData("1.5", "0.12 USD")]
    [InlineData("0", "0.00 USD")]
    [InlineData("7", "0.56 USD")]
    [InlineData(null, null)]
    [InlineData("-1", null)]
    [InlineData("79228162514264337593543950335", "6338253001141147007483516026.80 USD")]
    public void A_hosts_units_at_a_hosts_price_are_what_it_has_cost_whatever_was_estimated(string? units, string? cost) => Assert.Equal(
        cost,
        RowCost.Of(Host(0.08m), Rule, TestHost.Input(), units is null ? null : decimal.Parse(units, CultureInfo.InvariantCulture), images: 1)?.ToString());

    [Fact]
    public void A_number_that_nothing_can_hold_is_not_known_and_breaks_nothing() =>
        Assert.Null(RowCost.Of(Host(1000), Rule, TestHost.Input(), decimal.MaxValue, images: 1));

    [Fact]
    public void A_price_of_ones_own_is_for_an_image_as_many_as_came_and_by_the_models_rule()
    {
        var own = new UnitPrice(0.05m, UnitPrice.Image, Currency: null, IsHosts: false);

        Assert.Equal(new Money(0.15m, null), RowCost.Of(own, rule: null, TestHost.Input(), units: 99, images: 3));
        Assert.Equal(0.2m, RowCost.Of(own, Rule, Large, null, images: 2)!.Amount);

        // A bill without an image: how much that is nobody says.
        Assert.Null(RowCost.Of(own, rule: null, TestHost.Input(), units: 1, images: 0));
    }

    [Theory]
    [InlineData("megapixels")]
    [InlineData("seconds")]
    [InlineData(null)]
    public void A_price_for_something_else_than_the_rule_counts_says_nothing_beforehand(string? unit)
    {
        var estimate = RowCost.AtMost(Host(0.02m) with { Unit = unit }, Rule, TestHost.Input());

        Assert.Null(estimate.Most);
        Assert.Equal($"the host counts in '{unit ?? "?"}', and no rule says how many a row comes to", estimate.Unknown);
    }

    [Fact]
    public void Without_a_rule_a_hosts_price_says_nothing_beforehand_and_ones_own_does()
    {
        Assert.Null(RowCost.AtMost(Host(0.02m), rule: null, TestHost.Input()).Most);
        Assert.Equal("no price is known", RowCost.AtMost(null, Rule, TestHost.Input()).Unknown);
        Assert.Equal("0.06", RowCost.AtMost(new UnitPrice(0.02m, "image", null, IsHosts: false), null, TestHost.Input() with { NumImages = 3 }).Most!.ToString());
    }

    [Theory]
    [InlineData("""{"n":4}""", "0.08")]
    [InlineData("""{"num_images":3}""", "0.06")]
    [InlineData("""{"batch_size":"2","max_images":5}""", "0.10")]
    [InlineData("""{"n":"many"}""", null)]
    [InlineData("""{"n":-1}""", null)]
    [InlineData("""{"style":"oil"}""", "0.02")]
    public void Of_a_model_that_nothing_is_known_of_the_number_of_images_may_have_any_name(string additional, string? most) =>
        Assert.Equal(most, RowCost.AtMost(
            new UnitPrice(0.02m, "image", null, IsHosts: false), rule: null, TestHost.Input() with { AdditionalInput = TestHost.Additional(additional) }).Most?.ToString());

    private static ImageInput Large => new() { Prompt = "x", ["resolution"] = "4K", NumImages = 4 };

    private static UnitPrice Host(decimal price) => new(price, "image", "USD", IsHosts: true);
}
