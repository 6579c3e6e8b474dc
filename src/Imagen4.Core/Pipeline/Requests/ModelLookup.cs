using System.Runtime.CompilerServices;
using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Requests;

/// <summary>What models there are, and what each takes: known here, or asked of the host's catalogue, which wants no key.</summary>
public sealed class ModelLookup
{
    private readonly ProviderCatalog _providers;
    private readonly BatchOptions _options;

    internal ModelLookup(ClientServices services, BatchOptions options) => (_providers, _options) = (services.Providers, options);

    /// <summary>Finds a provider.</summary>
    /// <param name="provider">Its name, or null for the default one.</param>
    /// <exception cref="InvalidInputException">There is no such provider.</exception>
    /// <exception cref="EmulatorUnavailableException">It is the emulator, and it is not running.</exception>
    public ProviderProfile FindProvider(string? provider)
    {
        var profile = _providers.Find(provider ?? _options.Provider);
        return profile.BaseUri is null
            ? throw new EmulatorUnavailableException(Messages.ProviderNotRunning.With(profile.Name))
            : profile;
    }

    /// <summary>The endpoint ids that are known at a provider: the user's, the built-in ones, and those its catalogue was asked for.</summary>
    /// <exception cref="InvalidInputException">The user's definitions cannot be read.</exception>
    public static IReadOnlyList<string> KnownIds(ProviderProfile profile) => ModelCatalog.Ids(profile);

    /// <summary>Searches the catalogue of a provider.</summary>
    /// <param name="profile">The provider.</param>
    /// <param name="text">Words in the name, the description or the category; null for all.</param>
    /// <param name="category">The category; null for all.</param>
    /// <param name="status"><c>active</c> or <c>deprecated</c>; null for all.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ImagenException">The provider has no catalogue, or it cannot be asked.</exception>
    public async IAsyncEnumerable<ImagenModel> FindAsync(
        ProviderProfile profile,
        string? text,
        string? category,
        string? status,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var found in Reader(profile).FindAsync(text, category, status, cancellation).ConfigureAwait(false))
        {
            yield return Said(profile, found);
        }
    }

    /// <summary>Reads what a row of a model is checked against.</summary>
    /// <param name="profile">The provider.</param>
    /// <param name="model">The endpoint id.</param>
    /// <param name="refresh">Whether the catalogue is asked even where the model is known.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<RowOutcome<ImagenModel>> ReadAsync(
        ProviderProfile profile, string model, bool refresh, CancellationToken cancellation)
    {
        ImagenModel? known = null;
        try
        {
            var id = EndpointId.Parse(model).Full;
            known = Known(profile, id);
            if (known is not null && !refresh)
            {
                return new RowOutcome<ImagenModel>(known, null);
            }

            return await AskAsync(profile, id, cancellation).ConfigureAwait(false)
                ? new RowOutcome<ImagenModel>(Known(profile, id), null)
                : new RowOutcome<ImagenModel>(
                    known, new ModelNotAvailableException(Messages.CatalogueHasNot.With(profile.Name, id)));
        }
        catch (ImagenException error)
        {
            // What is known stays true when the host cannot be asked.
            return new RowOutcome<ImagenModel>(known, error);
        }
    }

    private async Task<bool> AskAsync(ProviderProfile profile, string id, CancellationToken cancellation)
    {
        var found = await Reader(profile).ReadAsync([id], cancellation).ConfigureAwait(false);
        foreach (var model in found)
        {
            try
            {
                ModelCache.Save(model);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new InvalidInputException(Messages.SettingsUnwritable.With(
                    Path.Combine(StateFolder.Path, ModelCache.FolderName), error.Message), error);
            }
        }

        return found.Count > 0;
    }

    private CatalogueReader Reader(ProviderProfile profile) => ModelCache.HasCatalogue(profile)
        ? new CatalogueReader(profile, _options.Time, _options.Trace)
        : throw new InvalidInputException(Messages.ProviderHasNoCatalogue.With(profile.Name));

    private static ImagenModel? Known(ProviderProfile profile, string id)
    {
        var cached = ModelCache.Find(profile, id);
        var definition = ModelCatalog.Find(profile, id);
        if (cached is null && definition is null)
        {
            return null;
        }

        var model = cached is null ? new ImagenModel { Provider = profile.Name, Model = id } : Said(profile, cached);
        var retired = ModelRetirement.Find(profile, id);
        model.Category ??= definition?.Category;
        model.Status = retired is not null ? "retired" : model.Status;
        model.Successor = retired?.Successor ?? retired?.Newest;
        (model.Source, model.SourceDetail) = (ModelCatalog.SourceOf(profile, id)?.ToString(), definition?.Source);
        model.Inputs.AddRange((definition?.Inputs ?? []).Select(Input));
        return model;
    }

    private static ImagenModel Said(ProviderProfile profile, CachedModel found) => new()
    {
        Provider = profile.Name,
        Model = found.Model,
        Name = found.Name,
        Category = found.Category,
        Status = found.Status,
        Description = found.Description,
        FetchedAt = found.FetchedAt.UtcDateTime,
    };

    private static ImagenModelInput Input(InputDefinition definition)
    {
        var field = InputField.All.FirstOrDefault(field => field.Name == definition.Name);
        return new ImagenModelInput
        {
            Name = definition.Name,
            Parameter = field?.Parameter,
            Type = (field?.Kind ?? definition.Kind ?? (definition.Choices.Count > 0 ? InputKind.Text : null)).ToString(),
            Required = definition.Required,
            Default = definition.Default,
            Choices = [.. definition.Choices],
            Minimum = definition.Minimum,
            Maximum = definition.Maximum,
            MaximumLength = definition.MaximumLength,
            IsSuperseded = definition.Superseded,
        };
    }
}
