using System.Runtime.CompilerServices;
using Imagen4.Core.Http;
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
        using var deadline = new Deadline(_options.TimeLimit > TimeSpan.Zero ? _options.TimeLimit : null, _options.Time, cancellation);
        var found = Reader(profile).FindAsync(text, category, status, deadline.Token).GetAsyncEnumerator(CancellationToken.None);
        await using var ending = found.ConfigureAwait(false);
        while (await NextAsync(found, profile, deadline, cancellation).ConfigureAwait(false))
        {
            yield return Said(profile, found.Current);
        }
    }

    /// <summary>Reads what rows of models are checked against. Those that have to be asked for are asked for together.</summary>
    /// <param name="profile">The provider.</param>
    /// <param name="models">The endpoint ids.</param>
    /// <param name="refresh">Whether the catalogue is asked even for models that are known.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>One for each endpoint id, in their order.</returns>
    public async Task<IReadOnlyList<RowOutcome<ImagenModel>>> ReadAsync(
        ProviderProfile profile, IReadOnlyList<string> models, bool refresh, CancellationToken cancellation)
    {
        var asked = models.Where(EndpointId.IsOne).Select(model => EndpointId.Parse(model).Full)
            .Where(id => refresh || Known(profile, id) is null)
            .ToList();
        var (found, trouble) = await AskAsync(profile, asked, cancellation).ConfigureAwait(false);
        return [.. models.Select(model => Outcome(profile, model, asked, found, trouble))];
    }

    private static RowOutcome<ImagenModel> Outcome(
        ProviderProfile profile, string model, List<string> asked, HashSet<string> found, ImagenException? trouble)
    {
        try
        {
            // What is known stays true when the host cannot be asked.
            var id = EndpointId.Parse(model).Full;
            var missed = !asked.Contains(id) || found.Contains(id) ? null
                : trouble ?? new ModelNotAvailableException(
                    Messages.CatalogueHasNot.With(profile.Name, id) + CloseMatch.Hint(id, ModelCatalog.Ids(profile)));
            return new RowOutcome<ImagenModel>(Known(profile, id), missed);
        }
        catch (ImagenException error)
        {
            return new RowOutcome<ImagenModel>(null, error);
        }
    }

    private async Task<(HashSet<string> Found, ImagenException? Trouble)> AskAsync(
        ProviderProfile profile, List<string> ids, CancellationToken cancellation)
    {
        var kept = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            if (ids.Count > 0)
            {
                var reader = Reader(profile);
                var found = await TimeLimit
                    .RunAsync(
                        _options.TimeLimit, profile.PlatformUri!.Host, _options.Time, token => reader.ReadAsync(ids, token), cancellation)
                    .ConfigureAwait(false);
                foreach (var model in found)
                {
                    await KeepAsync(model, cancellation).ConfigureAwait(false);
                    _ = kept.Add(model.Model);
                }
            }

            return (kept, null);
        }
        catch (ImagenException error)
        {
            return (kept, error);
        }
    }

    private static async Task KeepAsync(CachedModel model, CancellationToken cancellation)
    {
        try
        {
            await ModelCache.SaveAsync(model, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(Messages.SettingsUnwritable.With(
                Path.Combine(StateFolder.Path, ModelCache.FolderName), error.Message), error);
        }
    }

    private async ValueTask<bool> NextAsync(
        IAsyncEnumerator<CachedModel> found, ProviderProfile profile, Deadline deadline, CancellationToken cancellation)
    {
        try
        {
            return await found.MoveNextAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (deadline.HasPassed && !cancellation.IsCancellationRequested)
        {
            throw TimeLimit.Passed(_options.TimeLimit, profile.PlatformUri!.Host, error);
        }
    }

    private CatalogueReader Reader(ProviderProfile profile) => ModelCache.HasCatalogue(profile)
        ? new CatalogueReader(profile, _options.Time, _options.Trace)
        : throw new InvalidInputException(Messages.ProviderHasNoCatalogue.With(profile.Name))
        {
            NextCommand = Messages.CommandKnownModels.With(CommandText.Argument(profile.Name)),
        };

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
        model.Inputs.AddRange((definition?.Inputs ?? []).Select(input => Input(input, isImage: input == definition?.ImageInput)));
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

    private static ImagenModelInput Input(InputDefinition definition, bool isImage)
    {
        var field = InputField.All.FirstOrDefault(field => field.Name == definition.Name);
        return new ImagenModelInput
        {
            Name = definition.Name,
            Parameter = isImage ? nameof(ImagenInputs.ImagePath) : field?.Parameter,
            Type = (field?.Kind ?? definition.Kind ?? (definition.Choices.Count > 0 ? InputKind.Text : null)).ToString(),
            Required = definition.Required,
            Default = definition.Default,
            Choices = [.. definition.Choices],
            Minimum = definition.Minimum,
            Maximum = definition.Maximum,
            MaximumLength = definition.MaximumLength,
            MaximumItems = definition.MaximumItems,
            IsSuperseded = definition.Superseded,
        };
    }
}
