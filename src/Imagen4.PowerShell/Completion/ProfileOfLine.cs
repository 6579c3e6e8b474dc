using System.Collections;
using Imagen4.Core.Providers;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Completion;

/// <summary>The provider and the model that a command line is about, as far as it is written.</summary>
internal static class ProfileOfLine
{
    /// <summary>The provider that is named, else the default one; null where there is none of that name.</summary>
    /// <param name="bound">The parameters that have been written.</param>
    /// <param name="names">The parameters that can name it.</param>
    public static ProviderProfile? Provider(IDictionary bound, params string[] names)
    {
        try
        {
            var named = names.Append("Provider").Select(name => One(bound[name])).FirstOrDefault(name => name is not null);
            return ModuleSession.Providers.Find(named);
        }
        catch (ImagenException)
        {
            // No such provider: the command says so when it runs.
            return null;
        }
    }

    /// <summary>What the model takes that is named, else the default one of the provider; null where that is not known.</summary>
    public static ModelDefinition? Model(IDictionary bound) => Provider(bound) is { } profile
        ? ModelCatalog.Find(profile, One(bound["Model"]) ?? profile.DefaultModel)
        : null;

    private static string? One(object? given) => BoundValue.List(given).Select(BoundValue.Plain).FirstOrDefault()?.ToString();
}
