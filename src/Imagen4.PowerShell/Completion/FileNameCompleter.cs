using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Imagen4.Core.Media;

namespace Imagen4.PowerShell.Completion;

/// <summary>Completes the placeholders of a file name: the one that is being written, else one more.</summary>
public sealed class FileNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var typed = Choices.Typed(wordToComplete);
        var brace = typed.LastIndexOf('{');
        var isOpen = brace > typed.LastIndexOf('}');
        var before = isOpen ? typed[..brace] : typed;
        var begun = isOpen ? typed[(brace + 1)..] : "";
        return FileNameTemplate.Placeholders
            .Where(name => name.StartsWith(begun, StringComparison.OrdinalIgnoreCase))
            .Select(name => $"{before}{{{name}}}")
            .Select(text => new CompletionResult(Choices.Quoted(text), text, CompletionResultType.ParameterValue, text));
    }
}
