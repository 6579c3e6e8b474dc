using Imagen4.Core.Input;

namespace Imagen4.Core.Providers;

/// <summary>The models whose inputs are known: the user's own definitions first, then those that come with the module.</summary>
public static class ModelCatalog
{
    /// <summary>The definition of a model, or null for one that is passed through unchecked.</summary>
    /// <exception cref="InvalidInputException">The user's definitions cannot be read.</exception>
    public static ModelDefinition? Find(HostProtocol protocol, string id) => All().FirstOrDefault(model => model.IsFor(protocol, id));

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
    public static bool HasColumn(string name) => All().Any(model => ColumnInputs.Find(model, name) is not null);

    private static List<string> Choices(IEnumerable<ModelDefinition> models, string? name) =>
        [.. models.SelectMany(model => model.Inputs).Where(input => input.Name == name).SelectMany(input => input.Choices).Distinct()];

    private static IEnumerable<ModelDefinition> All() => UserModels.Load().Concat(HostData.BuiltIn.Models);
}
