using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Imagen4.Core.Providers;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Completion;

/// <summary>Completes inputs from what the model of the command line takes, else from what the known ones take.</summary>
public sealed class InputCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Choices.Matching(
            parameterName is "Model" or "DefaultModel"
                ? ModelCatalog.Ids().Concat(CachedIds(fakeBoundParameters)).Distinct()
                : ModelCatalog.ChoicesFor(parameterName, Model(fakeBoundParameters)),
            wordToComplete);

    private static IEnumerable<string> CachedIds(IDictionary bound) => Profile(bound) is { } profile ? ModelCatalog.Ids(profile) : [];

    private static ModelDefinition? Model(IDictionary bound) => Profile(bound) is { } profile
        ? ModelCatalog.Find(profile, BoundValue.Plain(bound["Model"])?.ToString() ?? profile.DefaultModel)
        : null;

    private static ProviderProfile? Profile(IDictionary bound)
    {
        try
        {
            return ModuleSession.Providers.Find(BoundValue.Plain(bound["Provider"])?.ToString());
        }
        catch (ImagenException)
        {
            // No such provider: the command says so when it runs.
            return null;
        }
    }
}
