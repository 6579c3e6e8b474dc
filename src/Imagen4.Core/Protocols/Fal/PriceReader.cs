using System.Text.Json.Serialization;
using Imagen4.Core.Http;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Fal;

/// <summary>What an image costs: the host's published price where there is one, else the profile's.</summary>
public static class PriceReader
{
    private const string InProfile = "Profile";
    private const string AtHost = "Host";

    /// <summary>Reads the price of a model.</summary>
    /// <returns>The price, or null where nobody says one.</returns>
    /// <exception cref="ImagenException">The host publishes prices and cannot be asked.</exception>
    public static async Task<ImagenPrice?> ReadAsync(HostConnection host, string model, CancellationToken cancellation)
    {
        return IsPublished(host.Profile)
            ? await AskAsync(host, host.Profile.PlatformUri!, model, cancellation).ConfigureAwait(false)
            : OfProfile(host.Profile, model);
    }

    /// <summary>Whether the host is asked for its prices, for which it wants a key.</summary>
    internal static bool IsPublished(ProviderProfile profile) =>
        profile.PlatformUri is not null && profile.Offers.Contains(HostOffer.Price);

    /// <summary>The price a profile states for all its models, or null.</summary>
    internal static ImagenPrice? OfProfile(ProviderProfile profile, string model) => profile.PricePerImage is { } price
        ? new ImagenPrice { Provider = profile.Name, Model = model, UnitPrice = price, Unit = "image", Source = InProfile }
        : null;

    private static async Task<ImagenPrice?> AskAsync(HostConnection host, Uri platform, string model, CancellationToken cancellation)
    {
        var address = new Uri($"{HostAddress.Append(platform, "models/pricing")}?endpoint_id={Uri.EscapeDataString(model)}");
        var response = await host.GetAsync(address, cancellation).ConfigureAwait(false);
        if (!response.IsSuccess)
        {
            var status = (int)response.Status;
            throw status is 408 or >= 500
                ? new HostUnavailableException(Messages.HostAnswers.With(host.Profile.Name, status, FalErrorDetail.Read(response).Text))
                    { StatusCode = status }
                : FalErrors.OfSubmit(host, model, response);
        }

        var answer = response.Read(PricingJson.Default.PricingAnswer)
            ?? throw new InvalidResponseException(
                Messages.InvalidResponse.With(host.Profile.Name, (int)response.Status, response.ContentType ?? "?", ""));
        return answer.Prices?.FirstOrDefault(price => price?.EndpointId == model) is { UnitPrice: { } unitPrice } entry
            ? new ImagenPrice
            {
                Provider = host.Profile.Name,
                Model = model,
                UnitPrice = unitPrice,
                Unit = entry.Unit,
                Currency = entry.Currency,
                Source = AtHost,
            }
            : null;
    }
}

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

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(PricingAnswer))]
internal sealed partial class PricingJson : JsonSerializerContext;
