using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Core.Http;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Fal;

/// <summary>Reads what fal's platform says of prices: several models in one request.</summary>
internal static class PriceReader
{
    // Of what is asked for, fal's document allows 50 in one request.
    private const int IdsAtOnce = 50;

    /// <summary>How long the host may take to answer what a batch can do without.</summary>
    public static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(3);

    /// <summary>Reads prices, with the retries of any read.</summary>
    /// <param name="host">A host that publishes prices.</param>
    /// <param name="models">The endpoint ids.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Those that the host says.</returns>
    /// <exception cref="ImagenException">The host cannot be asked.</exception>
    public static Task<IReadOnlyDictionary<string, UnitPrice>> ReadAsync(
        HostConnection host, IReadOnlyList<string> models, CancellationToken cancellation) =>
        ReadAsync(host, models, (address, token) => host.GetAsync(address, token, HostChannel.LargestList), cancellation);

    /// <summary>Asks for prices once, for who can do without.</summary>
    /// <param name="host">A host that publishes prices.</param>
    /// <param name="models">The endpoint ids.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Those that the host says.</returns>
    /// <exception cref="ImagenException">The host refuses.</exception>
    /// <exception cref="TimeoutException">It does not answer in time.</exception>
    /// <exception cref="HttpRequestException">It cannot be reached.</exception>
    /// <exception cref="IOException">Its answer broke off.</exception>
    public static Task<IReadOnlyDictionary<string, UnitPrice>> AskAsync(
        HostConnection host, IReadOnlyList<string> models, CancellationToken cancellation) =>
        ReadAsync(host, models, (address, token) => host.AskOnceAsync(address, AskLimit, token), cancellation);

    private static async Task<IReadOnlyDictionary<string, UnitPrice>> ReadAsync(
        HostConnection host,
        IReadOnlyList<string> models,
        Func<Uri, CancellationToken, Task<HostResponse>> read,
        CancellationToken cancellation)
    {
        var found = new Dictionary<string, UnitPrice>(StringComparer.Ordinal);
        foreach (var some in models.Distinct(StringComparer.Ordinal).Chunk(IdsAtOnce))
        {
            var asked = string.Join('&', some.Select(id => $"endpoint_id={Uri.EscapeDataString(id)}"));
            var address = new Uri($"{HostAddress.Append(host.Profile.PlatformUri!, "models/pricing")}?{asked}");
            var answer = Answer(host, some[0], await read(address, cancellation).ConfigureAwait(false));
            foreach (var entry in answer.Prices ?? [])
            {
                if (Read(entry) is { EndpointId: { } id, UnitPrice: { } price and >= 0 } priced && some.Contains(id, StringComparer.Ordinal))
                {
                    found[id] = new UnitPrice(price, Plain(priced.Unit), Plain(priced.Currency)?.ToUpperInvariant(), IsHosts: true);
                }
            }
        }

        return found;
    }

    private static PricingAnswer Answer(HostConnection host, string model, HostResponse response)
    {
        var status = (int)response.Status;
        if (!response.IsSuccess)
        {
            throw status is 408 or >= 500
                ? new HostUnavailableException(Messages.HostAnswers.With(host.Profile.Name, status, FalErrorDetail.Read(response).Text))
                    { StatusCode = status }
                : FalErrors.OfPlatform(host, model, response);
        }

        return response.Read(PricingJson.Default.PricingAnswer) ?? throw new InvalidResponseException(
            Messages.InvalidResponse.With(host.Profile.Name, status, response.ContentType ?? "?", ""));
    }

    // One that cannot be read costs no other price.
    private static PricingEntry? Read(JsonElement entry)
    {
        try
        {
            return entry.Deserialize(PricingJson.Default.PricingEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // The host's words go to a terminal.
    private static string? Plain(string? said) => string.IsNullOrWhiteSpace(said) ? null : PlainText.Line(said).Trim();
}

/// <summary>The answer of fal's pricing API.</summary>
internal sealed record PricingAnswer
{
    public IReadOnlyList<JsonElement>? Prices { get; init; }
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
[JsonSerializable(typeof(PricingEntry))]
internal sealed partial class PricingJson : JsonSerializerContext;
