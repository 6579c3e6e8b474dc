using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Language;
using Imagen4.PowerShell.Binding;

namespace Imagen4.PowerShell.Completion;

/// <summary>Completes the names of secrets and of vaults, where the user has the commands that know them. No secret is read.</summary>
public sealed class SecretCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var isVault = parameterName.Equals("SecretVault", StringComparison.OrdinalIgnoreCase);
        var found = isVault ? Ask("Get-SecretVault", null) : Ask("Get-SecretInfo", BoundValue.Plain(fakeBoundParameters["SecretVault"]));
        return Choices.Matching(
            found.Select(one => (Text(one, "Name"), isVault ? Text(one, "ModuleName") : $"{Text(one, "VaultName")}: {Text(one, "Type")}")),
            wordToComplete);
    }

    private static string Text(PSObject found, string property) => found.Properties[property]?.Value?.ToString() ?? "";

    private static Collection<PSObject> Ask(string command, object? vault)
    {
        using var shell = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
        if (shell.AddCommand("Get-Command").AddParameter("Name", command).AddParameter("ErrorAction", "Ignore").Invoke().Count == 0)
        {
            return [];
        }

        shell.Commands.Clear();
        shell.AddCommand(command).AddParameter("ErrorAction", "Ignore");
        if (vault is not null)
        {
            shell.AddParameter("Vault", vault);
        }

        try
        {
            return shell.Invoke();
        }
        catch (RuntimeException)
        {
            // A vault that is locked, or gone.
            return [];
        }
    }
}
