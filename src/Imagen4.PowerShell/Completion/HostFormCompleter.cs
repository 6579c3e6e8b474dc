using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Imagen4.Core.Providers;

namespace Imagen4.PowerShell.Completion;

/// <summary>Completes the protocols of hosts, the forms in which they take a key, and the paths at which they take requests.</summary>
public sealed class HostFormCompleter : IArgumentCompleter
{
    private static readonly string[] Headers = ["Authorization: Bearer", "Authorization: Key", "api-key", "x-api-key", "x-goog-api-key"];

    private static readonly string[] Paths =
        [SubmitPath.Usual, $"/openai/deployments/{SubmitPath.ModelPlace}/images/generations?api-version=", "/images/generations"];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Choices.Matching(
            parameterName.ToUpperInvariant() switch
            {
                "PROTOCOL" => Enum.GetNames<HostProtocol>(),
                "KEYHEADER" => Headers,
                _ => Paths,
            },
            wordToComplete);
}
