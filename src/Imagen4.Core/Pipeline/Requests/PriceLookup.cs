using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Requests;

/// <summary>Reads the prices of many models. A key is needed only where a host is asked.</summary>
public sealed class PriceLookup
{
    private readonly ProviderCatalog _providers;
    private readonly BatchOptions _options;
    private readonly HostConnections _hosts;

    internal PriceLookup(ClientServices services, BatchOptions options)
    {
        (_providers, _options) = (services.Providers, options);
        _hosts = new HostConnections(services.Providers, options);
    }

    /// <summary>Finds a provider, with a key where its host has to be asked.</summary>
    /// <param name="provider">Its name, or null for the one of the batch.</param>
    /// <exception cref="ImagenException">There is no such provider, it is not running, or there is no key for it.</exception>
    public ProviderProfile FindProvider(string? provider)
    {
        var profile = _providers.Find(provider ?? _options.Provider);
        if (profile.BaseUri is null || PriceReader.IsPublished(profile))
        {
            _ = _hosts.For(profile.Name);
        }

        return profile;
    }

    /// <summary>Reads the price of one model.</summary>
    /// <param name="profile">A provider from <see cref="FindProvider"/>.</param>
    /// <param name="model">The endpoint id; empty for the provider's default.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<RowOutcome<ImagenPrice>> ReadAsync(ProviderProfile profile, string? model, CancellationToken cancellation)
    {
        try
        {
            var id = EndpointId.Parse(string.IsNullOrEmpty(model) ? profile.DefaultModel : model).Full;
            var price = PriceReader.IsPublished(profile)
                ? await AskAsync(profile, id, cancellation).ConfigureAwait(false)
                : PriceReader.OfProfile(profile, id);
            return new RowOutcome<ImagenPrice>(
                price, price is null ? new PriceUnknownException(Messages.PriceUnknown.With(profile.Name, id)) : null);
        }
        catch (ImagenException error)
        {
            return new RowOutcome<ImagenPrice>(null, error);
        }
    }

    private async Task<ImagenPrice?> AskAsync(ProviderProfile profile, string model, CancellationToken cancellation)
    {
        var host = _hosts.For(profile.Name);
        return await TimeLimit
            .RunAsync(_options.TimeLimit, host, token => PriceReader.ReadAsync(host, model, token), cancellation)
            .ConfigureAwait(false);
    }
}
