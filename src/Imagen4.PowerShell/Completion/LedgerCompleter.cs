using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Imagen4.Core.Providers;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Completion;

/// <summary>Completes the address of a shared ledger: the one that was chosen, else the forms it may have.</summary>
public sealed class LedgerCompleter : IArgumentCompleter
{
    private static readonly string[] Forms = ["Host=HOST;Database=DATABASE;Username=ROLE", "postgres://ROLE@HOST/DATABASE"];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Choices.Matching(Known().Concat(Forms), wordToComplete);

    // The variable may have a password in it.
    private static IEnumerable<string> Known() =>
        ModuleSession.Client.Ledgers.Choice is { Scope: not LedgerScope.Environment } choice ? [choice.ConnectionString] : [];
}
