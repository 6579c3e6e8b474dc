using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Imagen4.PowerShell.Completion;

/// <summary>Completes directories: a file is no place for images.</summary>
public sealed class DirectoryCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CompletionCompleters.CompleteFilename(Choices.Typed(wordToComplete))
            .Where(found => found.ResultType == CompletionResultType.ProviderContainer);
}
