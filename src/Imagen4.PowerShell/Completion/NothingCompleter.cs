using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Imagen4.PowerShell.Completion;

/// <summary>Completes nothing: without it PowerShell offers the names of files for every value it knows nothing of.</summary>
public sealed class NothingCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) => [];
}
