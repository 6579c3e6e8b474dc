using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Language;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Completion;

/// <summary>
/// Completes the names of vaults, and of secrets that profiles name already. A vault is not asked which secrets it has: one that is locked
/// may ask for its password, in the middle of the line that the user is writing.
/// </summary>
public sealed class SecretCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Choices.Matching(
            parameterName.Equals("SecretVault", StringComparison.OrdinalIgnoreCase)
                ? Vaults().Select(vault => (Text(vault, "Name"), Text(vault, "ModuleName")))
                : ModuleSession.Providers.All()
                    .Where(profile => profile.SecretName is not null)
                    .Select(profile => (profile.SecretName!, ToolTip: CommandMessages.SecretOfProvider.With(profile.Name)))
                    .DistinctBy(choice => choice.Item1),
            wordToComplete);

    private static string Text(PSObject found, string property) => found.Properties[property]?.Value?.ToString() ?? "";

    // Where vaults are registered is a file that anybody may read.
    private static Collection<PSObject> Vaults()
    {
        using var shell = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
        if (shell.AddCommand("Get-Command").AddParameter("Name", "Get-SecretVault").AddParameter("ErrorAction", "Ignore").Invoke().Count == 0)
        {
            return [];
        }

        shell.Commands.Clear();
        try
        {
            return shell.AddCommand("Get-SecretVault").AddParameter("ErrorAction", "Ignore").Invoke();
        }
        catch (RuntimeException)
        {
            return [];
        }
    }
}
