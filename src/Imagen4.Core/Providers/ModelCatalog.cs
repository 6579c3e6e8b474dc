using Imagen4.Core.Input;

namespace Imagen4.Core.Providers;

/// <summary>
/// The models whose inputs are known: the user's own definitions first, then those that come with the module, then what the host's
/// catalogue has said.
/// </summary>
public static class ModelCatalog
{
    /// <summary>The definition of a model, or null for one that is passed through unchecked.</summary>
    /// <exception cref="InvalidInputException">The user's definitions cannot be read.</exception>
    public static ModelDefinition? Find(HostProtocol protocol, string id) => All().FirstOrDefault(model => model.IsFor(protocol, id));

    /// <summary>The definition of a model at a provider, or null for one that is passed through unchecked.</summary>
    /// <exception cref="InvalidInputException">The user's definitions cannot be read.</exception>
    public static ModelDefinition? Find(ProviderProfile profile, string id) =>
        Find(profile.Protocol, id) ?? ModelCache.Find(profile, id)?.Definition;

    /// <summary>Where the definition of a model at a provider is from; null where there is none.</summary>
    /// <exception cref="InvalidInputException">The user's definitions cannot be read.</exception>
    public static DefinitionSource? SourceOf(ProviderProfile profile, string id) =>
        UserModels.Load().Any(model => model.IsFor(profile.Protocol, id)) ? DefinitionSource.User
        : Find(profile.Protocol, id) is not null ? DefinitionSource.BuiltIn
        : ModelCache.Find(profile, id)?.Definition is not null ? DefinitionSource.Host
        : null;

    /// <summary>The endpoint ids that are known at a provider.</summary>
    /// <exception cref="InvalidInputException">The user's definitions cannot be read.</exception>
    public static IReadOnlyList<string> Ids(ProviderProfile profile) =>
        [.. Ids(profile.Protocol).Concat(ModelCache.All(profile).Select(model => model.Model)).Distinct(StringComparer.Ordinal)];

    /// <summary>The endpoint ids, for one protocol or for all.</summary>
    /// <exception cref="InvalidInputException">The user's definitions cannot be read.</exception>
    public static IReadOnlyList<string> Ids(HostProtocol? protocol = null) =>
    [
        .. All()
            .Where(model => protocol is not { } one || model.Protocols.Contains(one))
            .SelectMany(model => model.Ids)
            .Distinct(),
    ];

    /// <summary>What a model takes for a parameter, where it takes only certain texts; what any known one takes where it has none.</summary>
    /// <param name="parameter">The parameter's name.</param>
    /// <param name="model">What the model takes, where that is known.</param>
    /// <exception cref="InvalidInputException">The user's definitions cannot be read.</exception>
    public static IReadOnlyList<string> ChoicesFor(string parameter, ModelDefinition? model = null)
    {
        var name = InputField.All.FirstOrDefault(field => field.Parameter.Equals(parameter, StringComparison.OrdinalIgnoreCase))?.Name;
        return Choices(model is null ? [] : [model], name) is { Count: > 0 } own ? own : Choices(All(), name);
    }

    /// <summary>Whether any known model has an input of that name that has no parameter. Case does not matter.</summary>
    /// <exception cref="InvalidInputException">The user's definitions cannot be read.</exception>
    public static bool HasColumn(string name) => All().Concat(ModelCache.All().Select(model => model.Definition).OfType<ModelDefinition>())
        .Any(model => ColumnInputs.Find(model, name) is not null);

    /// <summary>The categories of the known models.</summary>
    /// <exception cref="InvalidInputException">The user's definitions cannot be read.</exception>
    public static IReadOnlyList<string> Categories() =>
        [.. All().Select(model => model.Category).Concat(ModelCache.All().Select(model => model.Category)).OfType<string>().Distinct()];

    private static List<string> Choices(IEnumerable<ModelDefinition> models, string? name) =>
        [.. models.SelectMany(model => model.Inputs).Where(input => input.Name == name).SelectMany(input => input.Choices).Distinct()];

    private static IEnumerable<ModelDefinition> All() => UserModels.Load().Concat(HostData.BuiltIn.Models);
}

/// <summary>Where the definition of a model is from.</summary>
public enum DefinitionSource
{
    /// <summary>It comes with the module.</summary>
    BuiltIn,

    /// <summary>It is in the user's <c>models.json</c>.</summary>
    User,

    /// <summary>It is the host's own schema.</summary>
    Host,
}
