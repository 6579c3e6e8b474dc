using System.Text.Json.Serialization;

namespace Imagen4.Core.Prices;

/// <summary>The answer of fal's pricing API.</summary>
internal sealed record PricingAnswer
{
    public IReadOnlyList<PricingEntry?>? Prices { get; init; }
}

/// <summary>The price of one endpoint.</summary>
internal sealed record PricingEntry
{
    public string? EndpointId { get; init; }

    public decimal? UnitPrice { get; init; }

    public string? Unit { get; init; }

    public string? Currency { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(PricingAnswer))]
internal sealed partial class PricingJson : JsonSerializerContext;
