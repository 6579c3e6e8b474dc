using Imagen4.Core.Rows;

namespace Imagen4.Core.Hosts;

/// <summary>The models whose inputs are known, for listing and completing.</summary>
public static class ModelCatalog
{
    /// <summary>The endpoint ids, for one protocol or for all.</summary>
    public static IReadOnlyList<string> Ids(HostProtocol? protocol = null) =>
        [.. HostData.BuiltIn.Models
            .Where(model => protocol is not { } one || model.Protocols.Contains(one))
            .SelectMany(model => model.Ids)
            .Distinct()];

    /// <summary>What any known model takes for a parameter, where it takes only certain texts.</summary>
    public static IReadOnlyList<string> ChoicesFor(string parameter)
    {
        var name = InputField.All.FirstOrDefault(field => field.Parameter.Equals(parameter, StringComparison.OrdinalIgnoreCase))?.Name;
        return [.. HostData.BuiltIn.Models.SelectMany(model => model.Inputs).Where(input => input.Name == name).SelectMany(input => input.Choices).Distinct()];
    }
}
