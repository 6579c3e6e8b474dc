using Imagen4.Core.Text;

namespace Imagen4.Core.Providers;

/// <summary>The commands that put a key where a profile looks for it. They ask for the key, so that it is in no history.</summary>
public static class KeyCommand
{
    /// <summary>Sets a variable that the profile names.</summary>
    public static string ForVariable(ProviderProfile profile, string variable) =>
        Messages.CommandSetKey.With(variable, Prompt(profile));

    /// <summary>Names a variable in the profile, and sets it.</summary>
    public static string ForNewVariable(ProviderProfile profile) => Messages.CommandNameVariable.With(
        CommandText.Argument(profile.Name),
        NewVariable(profile),
        profile.Scope == ProviderScope.User ? " -Scope User" : "",
        Prompt(profile));

    /// <summary>A command about the secret of a profile.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="command">The command, with places for the name, the vault and the question.</param>
    public static string ForSecret(ProviderProfile profile, string command) => command.With(
        CommandText.Argument(profile.SecretName!),
        profile.SecretVault is { } vault ? $" -Vault {CommandText.Argument(vault)}" : "",
        Prompt(profile));

    /// <summary>The name of a variable for a profile that names none: CORP_API_KEY for corp.</summary>
    public static string NewVariable(ProviderProfile profile) => NewVariable(profile.Name);

    /// <summary>The name of a variable for the key of a provider: CORP_API_KEY for corp.</summary>
    public static string NewVariable(string provider)
    {
        var word = string.Concat(provider.Select(letter => char.IsAsciiLetterOrDigit(letter) ? char.ToUpperInvariant(letter) : '_'));
        return $"{(char.IsAsciiDigit(word.FirstOrDefault()) ? "_" : "")}{word}_API_KEY";
    }

    private static string Prompt(ProviderProfile profile) => CommandText.Quoted(Messages.KeyOf.With(profile.Name));
}
