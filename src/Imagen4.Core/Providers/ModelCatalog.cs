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

    /// <summary>What any known model takes for a parameter, where it takes only certain texts.</summary>
    /// <exception cref="InvalidInputException">The user's definitions cannot be read.</exception>
    public static IReadOnlyList<string> ChoicesFor(string parameter)
    {
        var name = InputField.All.FirstOrDefault(field => field.Parameter.Equals(parameter, StringComparison.OrdinalIgnoreCase))?.Name;
        return [.. All().SelectMany(model => model.Inputs).Where(input => input.Name == name)
            .SelectMany(input => input.Choices).Distinct()];
    }

    private static IEnumerable<ModelDefinition> All() => UserModels.Load().Concat(HostData.BuiltIn.Models);
}
