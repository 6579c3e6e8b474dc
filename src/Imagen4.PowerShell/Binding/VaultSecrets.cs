using System.Collections;
using System.Management.Automation;
using System.Security;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>
/// Looks secrets up with the user's own <c>Get-Secret</c>, on the pipeline's thread, because a vault may ask for its password.
/// Each secret is asked for once.
/// </summary>
/// <param name="command">The command that needs a key.</param>
internal sealed class VaultSecrets(PSCmdlet command)
{
    private static readonly ScriptBlock Ask = ScriptBlock.Create("param($command, $given) & $command @given 2>&1");

    private readonly Dictionary<(string Name, string? Vault), SecretAnswer?> _asked = [];

    /// <summary>Whether there is a <c>Get-Secret</c>. Nothing is asked.</summary>
    public bool AreThere => Command is not null;

    private CommandInfo? Command =>
        command.InvokeCommand.GetCommand("Get-Secret", CommandTypes.Cmdlet | CommandTypes.Function | CommandTypes.Alias);

    /// <summary>Looks for a secret; null where there is no <c>Get-Secret</c>.</summary>
    public SecretAnswer? Find(string name, string? vault)
    {
        if (!_asked.TryGetValue((name, vault), out var answer))
        {
            answer = Command is { } vaults ? Read(vaults, name, vault) : null;
            _asked.Add((name, vault), answer);
        }

        return answer;
    }

    private SecretAnswer Read(CommandInfo vaults, string name, string? vault)
    {
        var given = new Hashtable { ["Name"] = name };
        if (vault is not null)
        {
            given["Vault"] = vault;
        }

        try
        {
            var said = command.InvokeCommand.InvokeScript(command.SessionState, Ask, vaults, given);
            var values = said.Select(BoundValue.Plain).Where(value => value is not null).ToLookup(value => value is ErrorRecord);
            return values[false].FirstOrDefault() is { } secret ? Key(secret)
                : values[true].Cast<ErrorRecord>().Select(Refusal).FirstOrDefault(refusal => refusal is not null) ?? SecretAnswer.Nothing;
        }
        catch (RuntimeException error) when (error is not PipelineStoppedException)
        {
            return Refusal(error.ErrorRecord) ?? SecretAnswer.Nothing;
        }
    }

    private static SecretAnswer Key(object secret) => secret switch
    {
        string text => SecretAnswer.Found(text),
        SecureString secure => SecretAnswer.Found(SecureText.Of(secure) ?? ""),
        PSCredential credential => SecretAnswer.Found(SecureText.Of(credential.Password) ?? ""),
        _ => SecretAnswer.Refused(CommandMessages.SecretIsNotText.With(secret.GetType().Name)),
    };

    // A secret that is not there is no fault of the vault: there may be a variable.
    private static SecretAnswer? Refusal(ErrorRecord error) =>
        error.CategoryInfo.Category == ErrorCategory.ObjectNotFound && error.Exception is not CommandNotFoundException
            ? null
            : SecretAnswer.Refused(error.Exception.Message);
}
