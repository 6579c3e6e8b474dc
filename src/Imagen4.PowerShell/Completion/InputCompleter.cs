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
                ? ModelCatalog.Ids()
                : ModelCatalog.ChoicesFor(parameterName, Model(fakeBoundParameters)),
            wordToComplete);

    private static ModelDefinition? Model(IDictionary bound)
    {
        try
        {
            var profile = ModuleSession.Providers.Find(BoundValue.Plain(bound["Provider"])?.ToString());
            return ModelCatalog.Find(profile.Protocol, BoundValue.Plain(bound["Model"])?.ToString() ?? profile.DefaultModel);
        }
        catch (ImagenException)
        {
            // No such provider: the command says so when it runs.
            return null;
        }
    }
}
