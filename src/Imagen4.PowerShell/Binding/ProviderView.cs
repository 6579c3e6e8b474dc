using Imagen4.Core.Providers;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Binding;

/// <summary>Shows a profile to users.</summary>
internal static class ProviderView
{
    /// <summary>A name for a profile, made of a text that cannot be one.</summary>
    public static string NameOf(string text)
    {
        var word = string.Concat(text.Select(letter => ProviderProfile.IsName($"{letter}") ? letter : '-')).Trim('-');
        return word.Length == 0 ? "mine" : word[..Math.Min(word.Length, ProviderProfile.LongestName)];
    }

    /// <summary>The profile as an object of the pipeline.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="secrets">Tells whether secrets can be looked up.</param>
    public static ImagenProvider Of(ProviderProfile profile, VaultSecrets secrets) => new()
    {
        Name = profile.Name,
        IsDefault = profile.Name.Equals(ModuleSession.Providers.DefaultName, StringComparison.OrdinalIgnoreCase),
        Protocol = profile.Protocol.ToString(),
        BaseUri = profile.BaseUri?.AbsoluteUri,
        PlatformUri = profile.PlatformUri?.AbsoluteUri,
        StorageUri = profile.StorageUri?.AbsoluteUri,
        SubmitPath = profile.Protocol == HostProtocol.ImagesGenerations ? profile.SubmitPath ?? SubmitPath.Usual : null,
        KeyHeader = profile.KeyHeader ?? new KeyHeader(KeyHeader.Usual, profile.AuthScheme).ToString(),
        InputName = NameTable.Write(profile.InputNames),
        DefaultModel = profile.DefaultModel,
        ConcurrencyLimit = profile.ConcurrencyLimit,
        ApiKeyVariable = [.. profile.ApiKeyVariables, .. profile.ApiKeyPairVariables],
        ApiKeySource = ApiKeySource.Describe(profile, profile.SecretName is not null && secrets.AreThere),
        NoApiKey = profile.NoApiKey,
        SecretName = profile.SecretName,
        SecretVault = profile.SecretVault,
        PricePerImage = profile.PricePerImage,
        Scope = profile.Scope.ToString(),
        Models = [.. ModelCatalog.Ids(profile.Protocol)],
    };
}
