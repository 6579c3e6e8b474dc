using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Imagen4.Core.Providers;

namespace Imagen4.PowerShell.Completion;

/// <summary>Completes inputs from what the known models take.</summary>
public sealed class InputCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Choices.Matching(
            parameterName is "Model" or "DefaultModel" ? ModelCatalog.Ids() : ModelCatalog.ChoicesFor(parameterName),
            wordToComplete);
}
