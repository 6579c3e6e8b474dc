using System.Globalization;
using System.Text.Json;
using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Costs;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Providers;

/// <summary>What requests come to by the rules that come with the module: the figures are those of the documents they are from.</summary>
[Collection(RunsAlone.Name)]
public sealed class PriceRuleTests : EnvironmentTest
{
    private static readonly ProviderProfile Fal = TestHost.Profile(new Uri("https://queue.example")) with { Protocol = HostProtocol.FalQueue };

    // The model, the host's price, the input, and what that costs at most; empty for what nobody can say.
    public static TheoryData<string, string, string, string> Figures { get; } = new()
    {
        { "fal-ai/nano-banana-2", "0.08", "{}", "0.08" },
        { "fal-ai/nano-banana-2", "0.08", """{"resolution":"1K"}""", "0.08" },
        { "fal-ai/nano-banana-2", "0.08", """{"resolution":"0.5K"}""", "0.06" },
        { "fal-ai/nano-banana-2", "0.08", """{"resolution":"2K"}""", "0.12" },
        { "fal-ai/nano-banana-2", "0.08", """{"resolution":"4K"}""", "0.16" },
        { "fal-ai/nano-banana-2", "0.08", """{"enable_web_search":true}""", "0.095" },
        { "fal-ai/nano-banana-2", "0.08", """{"enable_web_search":false}""", "0.08" },
        { "fal-ai/nano-banana-2", "0.08", """{"thinking_level":"high"}""", "0.082" },
        { "fal-ai/nano-banana-2", "0.08", """{"thinking_level":"minimal"}""", "0.08" },
        { "fal-ai/nano-banana-2", "0.08", """{"num_images":12}""", "0.96" },
        { "fal-ai/nano-banana-2", "0.08", """{"num_images":3,"resolution":"2K","enable_web_search":true}""", "0.405" },
        { "fal-ai/nano-banana-2", "0.08", """{"limit_generations":false}""", "" },
        { "fal-ai/nano-banana-2", "0.08", """{"limit_generations":true}""", "0.08" },
        { "fal-ai/nano-banana-2", "0.08", """{"resolution":"8K"}""", "" },
        { "fal-ai/nano-banana-2", "0.08", """{"resolution":null}""", "0.08" },
        { "fal-ai/nano-banana-2/edit", "0.08", """{"resolution":"4K","image_urls":["https://a.example/1.png"]}""", "0.16" },
        { "fal-ai/nano-banana", "0.039", """{"num_images":2}""", "0.078" },
        { "fal-ai/nano-banana", "0.039", """{"limit_generations":false}""", "" },
        { "fal-ai/nano-banana/edit", "0.039", "{}", "0.039" },
        { "fal-ai/gemini-25-flash-image", "0.039", "{}", "0.039" },
        { "fal-ai/gemini-25-flash-image/edit", "0.039", "{}", "0.039" },
        { "fal-ai/imagen4/preview", "0.05", """{"num_images":4,"resolution":"2K"}""", "0.20" },
        { "fal-ai/imagen4/preview/fast", "0.02", "{}", "0.02" },
        { "fal-ai/imagen4/preview/ultra", "0.06", """{"num_images":2}""", "0.12" },
    };

    [Theory]
    [MemberData(nameof(Figures))]
    public void A_request_comes_to_the_documented_figure(string model, string price, string input, string cost)
    {
        var estimate = RowCost.AtMost(
            new UnitPrice(decimal.Parse(price, CultureInfo.InvariantCulture), "images", "USD", IsHosts: true), PriceRule.Find(Fal, model), Read(input));

        Assert.Equal(cost.Length == 0 ? null : $"{cost} USD", estimate.Most?.ToString());
    }

    [Fact]
    public void A_source_says_by_itself_where_a_rule_or_a_model_is_from()
    {
        var sources = HostData.BuiltIn.Prices.Select(rule => rule.Source).Concat(HostData.BuiltIn.Models.Select(model => model.Source)).OfType<string>().ToList();

        Assert.DoesNotContain(sources, source => source.Contains("above", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(
            "fal-ai/fal-js libs/client/src/types/endpoints.ts 381105e, NanoBananaInput and NanoBananaEditInput: they have no size and no extra that a price could depend on",
            sources);
    }

    [Fact]
    public void Every_model_that_a_rule_is_for_has_a_figure_here_and_every_rule_a_date_and_a_source()
    {
        var rules = HostData.BuiltIn.Prices;
        Assert.Equal(rules.SelectMany(rule => rule.Ids).Order(), Figures.Select(row => (string)row[0]).Distinct().Order());
        Assert.All(rules, rule =>
        {
            Assert.True(DateOnly.TryParseExact(rule.Date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _));
            Assert.NotEmpty(rule.Source);
        });
    }

    [Fact]
    public void What_comes_on_top_is_no_amount_of_another_currency()
    {
        var rule = PriceRule.Find(Fal, "fal-ai/nano-banana-2");
        var price = new UnitPrice(0.07m, "image", "EUR", IsHosts: true);

        Assert.Null(RowCost.AtMost(price, rule, Read("""{"enable_web_search":true}""")).Most);
        Assert.Equal(new Money(0.07m, "EUR"), RowCost.AtMost(price, rule, Read("{}")).Most);
    }

    [Fact]
    public void A_rule_is_for_its_models_and_protocols_alone()
    {
        Assert.Null(PriceRule.Find(Fal, "google/nano-banana-lite"));
        Assert.Null(PriceRule.Find(Fal with { Protocol = HostProtocol.FalAggregator }, "fal-ai/nano-banana-2"));
        Assert.NotNull(PriceRule.Find(Fal with { Protocol = HostProtocol.FalSync }, "fal-ai/nano-banana-2"));
    }

    [Fact]
    public void Rules_of_the_users_own_come_first()
    {
        Directory.CreateDirectory(Home.Path);
        File.WriteAllText(Home.At("models.json"), """
            {"prices":[{"ids":["fal-ai/nano-banana-2","acme/painter"],"protocols":["FalQueue"],"unit":"image","count":"copies","countDefault":2,
            "factors":[{"input":"size","default":"s","by":{"s":1,"xl":10}}],"date":"2026-11-01","source":"my contract"}]}
            """);

        var rule = PriceRule.Find(Fal, "acme/painter");

        var price = new UnitPrice(0.1m, "image", "USD", IsHosts: true);
        Assert.Equal("0.20 USD", RowCost.AtMost(price, rule, Read("{}")).Most!.ToString());
        Assert.Equal("3.00 USD", RowCost.AtMost(price, rule, Read("""{"copies":3,"size":"xl"}""")).Most!.ToString());
        Assert.Equal("my contract", PriceRule.Find(Fal, "fal-ai/nano-banana-2")!.Source);
        Assert.Equal("images by copies; size: s x 1, xl x 10", rule!.Describe());
    }

    [Theory]
    [InlineData("""{"ids":[],"protocols":["FalQueue"],"unit":"image","date":"d","source":"s"}""")]
    [InlineData("""{"ids":["a/b"],"protocols":[],"unit":"image","date":"d","source":"s"}""")]
    [InlineData("""{"ids":["a/b"],"protocols":["FalQueue"],"unit":"","date":"d","source":"s"}""")]
    [InlineData("""{"ids":["a/b"],"protocols":["FalQueue"],"unit":"image","date":"d","source":"s","factors":[{"input":"i","default":"d","by":{"x":-1}}]}""")]
    [InlineData("""{"ids":["a/b"],"protocols":["FalQueue"],"unit":"image","date":"d","source":"s","extras":[{"input":"i","value":"x","amount":-1,"currency":"USD"}]}""")]
    public void A_rule_that_is_not_whole_is_refused_with_its_file(string rule)
    {
        Directory.CreateDirectory(Home.Path);
        File.WriteAllText(Home.At("models.json"), $$"""{"prices":[{{rule}}]}""");

        var error = Assert.Throws<InvalidInputException>(() => PriceRule.Find(Fal, "a/b"));

        Assert.Contains(Home.At("models.json"), error.Message, StringComparison.Ordinal);
        Assert.Contains("A price rule needs", error.Message, StringComparison.Ordinal);
    }

    private static ImageInput Read(string json) => JsonSerializer.Deserialize(json, ImageInputJson.Plain.ImageInput)! with { Prompt = "x" };
}
