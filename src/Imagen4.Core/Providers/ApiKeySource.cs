using Imagen4.Core.Http;
using Imagen4.Core.Text;

namespace Imagen4.Core.Providers;

/// <summary>Finds the key of a provider. The first one found is used; an empty value counts as none.</summary>
public static class ApiKeySource
{
    /// <summary>The name under which a key given on the command line is reported.</summary>
    public const string Parameter = "-ApiKey";

    /// <summary>Finds the key.</summary>
    /// <param name="profile">The provider.</param>
    /// <param name="given">A key from the command line, or null.</param>
    /// <param name="secrets">Looks the profile's secret up; null where nobody can.</param>
    /// <exception cref="ApiKeyMissingException">There is none anywhere.</exception>
    /// <exception cref="AuthenticationFailedException">The first one found cannot be a key.</exception>
    public static ApiKey Find(ProviderProfile profile, string? given, SecretLookup? secrets = null)
    {
        if (!string.IsNullOrWhiteSpace(given))
        {
            return new ApiKey(given, Parameter);
        }

        if (profile.NeedsNoKey)
        {
            return ApiKey.NotNeeded;
        }

        var answer = profile.SecretName is { } name ? secrets?.Invoke(name, profile.SecretVault) : null;
        if (answer?.Refusal is { } refusal)
        {
            throw new ApiKeyMissingException(Messages.ApiKeySecretRefused.With(profile.Name, Secret(profile), PlainText.Line(refusal)))
            {
                NextCommand = KeyCommand.ForSecret(profile, Messages.CommandReadSecret),
            };
        }

        return answer?.Key is { } kept ? new ApiKey(kept, Secret(profile))
            : FromEnvironment(profile) is var (secret, source) ? new ApiKey(secret, source)
            : throw new ApiKeyMissingException(Missing(profile, answer).With(profile.Name, Wanted(profile), Secret(profile)))
            {
                NextCommand = answer is not null ? KeyCommand.ForSecret(profile, Messages.CommandStoreSecret)
                    : profile.ApiKeyVariables is [var variable, ..] ? KeyCommand.ForVariable(profile, variable)
                    : KeyCommand.ForNewVariable(profile),
            };
    }

    /// <summary>Where a key would come from now, or null. No vault is opened for that.</summary>
    /// <param name="profile">The provider.</param>
    /// <param name="hasVaults">Whether secrets can be looked up.</param>
    public static string? Describe(ProviderProfile profile, bool hasVaults = false)
    {
        var variable = FromEnvironment(profile)?.Source;
        return profile.NeedsNoKey ? ApiKey.NotNeeded.Source
            : profile.SecretName is null || !hasVaults ? variable
            : variable is null ? Secret(profile) : $"{Secret(profile)}, else {variable}";
    }

    private static string Secret(ProviderProfile profile) =>
        profile.SecretVault is { } vault ? $"secret {profile.SecretName} (vault {vault})" : $"secret {profile.SecretName}";

    private static string Missing(ProviderProfile profile, SecretAnswer? answer) =>
        profile.SecretName is null ? Messages.ApiKeyMissing : answer is null ? Messages.ApiKeyNoVault : Messages.ApiKeyNoSecret;

    private static (string Secret, string Source)? FromEnvironment(ProviderProfile profile)
    {
        foreach (var variable in profile.ApiKeyVariables)
        {
            if (Environment.GetEnvironmentVariable(variable) is { } secret && !string.IsNullOrWhiteSpace(secret))
            {
                return (secret, $"$env:{variable}");
            }
        }

        var halves = profile.ApiKeyPairVariables.Select(Environment.GetEnvironmentVariable).ToArray();
        if (halves.Length == 2 && !halves.Any(string.IsNullOrWhiteSpace))
        {
            var names = profile.ApiKeyPairVariables;
            return ($"{halves[0]!.Trim()}:{halves[1]!.Trim()}", $"$env:{names[0]}, $env:{names[1]}");
        }

        return profile.OpenKey is { } open ? (open, ApiKey.NotNeeded.Source) : null;
    }

    private static string Wanted(ProviderProfile profile)
    {
        var names = profile.ApiKeyVariables.Select(name => $"$env:{name}").ToList();
        if (profile.ApiKeyPairVariables is [var first, var second])
        {
            names.Add($"$env:{first} and $env:{second}");
        }

        return names.Count > 0 ? string.Join(", or ", names) : Messages.KeyWithoutVariable.With(Parameter, CommandText.Argument(profile.Name), KeyCommand.NewVariable(profile));
    }
}

/// <summary>
/// Looks for a secret in the user's vaults. It is called on the thread that asks for a host, which may have to be a certain one.
/// </summary>
/// <param name="name">The name of the secret.</param>
/// <param name="vault">The vault it is in; null for any.</param>
/// <returns>What was found; null where secrets cannot be looked up at all.</returns>
public delegate SecretAnswer? SecretLookup(string name, string? vault);

/// <summary>What a vault returned for a secret: a key, nothing, or the reason why it was refused.</summary>
public sealed class SecretAnswer
{
    private SecretAnswer(string? key, string? refusal) => (Key, Refusal) = (key, refusal);

    /// <summary>There is no such secret, or it is empty.</summary>
    public static SecretAnswer Nothing { get; } = new(null, null);

    /// <summary>Why the vault refused it; null where it did not.</summary>
    public string? Refusal { get; }

    /// <summary>The key; null for none.</summary>
    internal string? Key { get; }

    /// <summary>The secret was found.</summary>
    public static SecretAnswer Found(string key) => string.IsNullOrWhiteSpace(key) ? Nothing : new(key, null);

    /// <summary>The vault refused it.</summary>
    /// <param name="reason">Why, in its own words.</param>
    public static SecretAnswer Refused(string reason) => new(null, reason);

    /// <summary>Does not contain the key.</summary>
    public override string ToString() => Refusal ?? "***";
}
