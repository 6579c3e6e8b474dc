using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Completion;

/// <summary>Completes the names of providers.</summary>
public sealed class ProviderCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Choices.Matching(ModuleSession.Providers.All().Select(profile => profile.Name), wordToComplete);
}
