using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>Decides which key a profile sends to the addresses that it gets: whoever moves it to another host says so.</summary>
internal static class KeyDestination
{
    /// <summary>The profile with no key of a built-in provider for another host but those that are named.</summary>
    /// <param name="profile">The profile with its new addresses.</param>
    /// <param name="named">The variables that were named with them; the halves of a key are among them, or are not sent.</param>
    /// <param name="hasSecret">Whether a secret was. That it is missing one day is no reason to look at the variables.</param>
    /// <param name="command">The command that names a variable for that host.</param>
    /// <exception cref="InvalidInputException">A key would be sent to another host, and none was named.</exception>
    public static ProviderProfile Check(ProviderProfile profile, IReadOnlyList<string> named, bool hasSecret, Func<string?> command)
    {
        var unnamed = profile with
        {
            ApiKeyVariables = [.. profile.ApiKeyVariables.Except(named)],
            ApiKeyPairVariables = [.. profile.ApiKeyPairVariables.Except(named)],
        };
        if (ProviderCatalog.ForeignKeyOf(unnamed) is not { } foreign)
        {
            return profile;
        }

        return named.Count > 0 || hasSecret
            ? profile with
            {
                ApiKeyVariables = [.. profile.ApiKeyVariables.Intersect(named)],
                ApiKeyPairVariables = [.. profile.ApiKeyPairVariables.Intersect(named)],
            }
            : throw new InvalidInputException(CommandMessages.KeyForOtherHost.With(foreign.Variable, foreign.Address.Authority))
            {
                Parameter = "ApiKeyVariable",
                NextCommand = command(),
            };
    }
}
