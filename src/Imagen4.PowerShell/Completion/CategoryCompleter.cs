using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Imagen4.Core.Providers;

namespace Imagen4.PowerShell.Completion;

/// <summary>Completes the categories of models.</summary>
public sealed class CategoryCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Choices.Matching(ModelCatalog.Categories(), wordToComplete);
}
