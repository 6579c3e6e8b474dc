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

    internal PriceLookup(ClientServices services, BatchOptions options) =>
        (_providers, _options, _hosts) = (services.Providers, options, new HostConnections(services.Providers, options));

    /// <summary>Finds the provider of a model.</summary>
    /// <param name="provider">Its name, or null for the default one.</param>
    /// <exception cref="InvalidInputException">There is no such provider.</exception>
    /// <exception cref="ApiKeyMissingException">It publishes prices, and there is no key for it.</exception>
    /// <exception cref="EmulatorUnavailableException">It is the emulator, and it is not running.</exception>
    public ProviderProfile FindProvider(string? provider)
    {
        var profile = _providers.Find(provider ?? _options.Provider);
        if (profile.BaseUri is null || PriceCache.IsPublished(profile))
        {
            _ = _hosts.For(profile.Name);
        }

        return profile;
    }

    /// <summary>Reads the prices of models, in as few questions as there can be.</summary>
    /// <param name="profile">The provider, as it was found.</param>
    /// <param name="models">The endpoint ids; null for the provider's own.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>What has become of each, in their order.</returns>
    public async Task<IReadOnlyList<RowOutcome<ImagenPrice>>> ReadAsync(
        ProviderProfile profile, IReadOnlyList<string?> models, CancellationToken cancellation)
    {
        var ids = models.Select(model => IdOf(profile, model)).ToList();
        IReadOnlyDictionary<string, UnitPrice> found = new Dictionary<string, UnitPrice>();
        ImagenException? trouble = null;
        var asked = ids.Select(id => id.Id).OfType<string>().ToList();
        if (asked.Count > 0 && PriceCache.IsPublished(profile))
        {
            try
            {
                found = await AskAsync(profile, asked, cancellation).ConfigureAwait(false);
            }
            catch (ImagenException error)
            {
                trouble = error;
            }
        }

        return [.. ids.Select(id => id.Id is null ? new RowOutcome<ImagenPrice>(null, id.Error) : Outcome(profile, id.Id, found, trouble))];
    }

    private async Task<IReadOnlyDictionary<string, UnitPrice>> AskAsync(
        ProviderProfile profile, List<string> ids, CancellationToken cancellation)
    {
        var host = _hosts.For(profile.Name);
        var found = await TimeLimit
            .RunAsync(_options.TimeLimit, host, token => PriceReader.ReadAsync(host, ids, token), cancellation)
            .ConfigureAwait(false);
        try
        {
            await PriceCache.SaveAsync(profile, found, _options.Time.GetUtcNow(), cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Whoever asks for a price gets it; the next batch asks for itself.
            _options.Trace?.Invoke(Messages.SettingsUnwritable.With(Path.Combine(StateFolder.Path, PriceCache.FileName), error.Message));
        }

        return found;
    }

    private static (string? Id, ImagenException? Error) IdOf(ProviderProfile profile, string? model)
    {
        try
        {
            return (EndpointId.Parse(string.IsNullOrEmpty(model) ? profile.DefaultModel : model).Full, null);
        }
        catch (ImagenException error)
        {
            return (null, error);
        }
    }

    // A host that does not list a model, or has no prices, leaves it to the user to say one.
    private static RowOutcome<ImagenPrice> Outcome(
        ProviderProfile profile, string id, IReadOnlyDictionary<string, UnitPrice> found, ImagenException? trouble)
    {
        if (trouble is not null)
        {
            return new RowOutcome<ImagenPrice>(null, trouble);
        }

        if ((found.GetValueOrDefault(id) ?? UnitPrice.OfProfile(profile)) is not { } price)
        {
            return new RowOutcome<ImagenPrice>(
                null, new PriceUnknownException(Messages.PriceUnknown.With(profile.Name, id)).ForRow(row: null, provider: profile.Name));
        }

        var rule = PriceRule.Find(profile, id);
        return new RowOutcome<ImagenPrice>(
            new ImagenPrice
            {
                Provider = profile.Name,
                Model = id,
                UnitPrice = price.Amount,
                Unit = price.Unit,
                Currency = price.Currency,
                Source = price.IsHosts ? "Host" : "Profile",
                Rules = rule?.Describe(),
                RulesSource = rule is null ? null : $"{rule.Source} ({rule.Date})",
            },
            null);
    }
}
