using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Imagen4.Core.Input;

namespace Imagen4.PowerShell.Completion;

/// <summary>Completes how a request is queued and kept.</summary>
public sealed class SettingCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Choices.Matching(SubmitSettings.ChoicesFor(parameterName), wordToComplete);
}
