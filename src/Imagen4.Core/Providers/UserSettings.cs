using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Core.Http;
using Imagen4.Core.Text;

namespace Imagen4.Core.Providers;

/// <summary>A user's settings for all sessions: profiles, the default one, and a shared ledger. They never contain a key.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record UserSettings
{
    public string? DefaultProvider { get; init; }

    public LedgerChoice? Ledger { get; init; }

    /// <summary>Whether the ledger is told prompts; null for yes.</summary>
    public bool? KeepsPrompts { get; init; }

    public IReadOnlyList<ProviderProfile> Providers { get; init => field = value ?? []; } = [];

    /// <summary>Where they are.</summary>
    public static string FilePath => Path.Combine(StateFolder.Path, "settings.json");

    /// <summary>Reads the settings; none where the file is not there.</summary>
    /// <exception cref="InvalidInputException">The file cannot be read as settings.</exception>
    public static UserSettings Load()
    {
        try
        {
            var settings = JsonSerializer.Deserialize(SettingsFile.Read(FilePath), HostDataJson.Default.UserSettings) ?? new();
            return settings.Ledger is { ConnectionString: null } ? throw new JsonException(Messages.SettingsLedgerEmpty)
                : settings.Providers.All(IsWhole) && AreDistinct(settings.Providers) ? settings
                : throw new JsonException(Messages.ProviderIncomplete);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return new();
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw SettingsFile.Unreadable(FilePath, error);
        }
    }

    /// <summary>Changes the settings, while no other process does: what others have saved is there, and stays.</summary>
    /// <param name="change">Makes the new settings out of those there are.</param>
    /// <param name="cancellation">Stops waiting for others.</param>
    /// <exception cref="InvalidInputException">They cannot be read or written.</exception>
    public static async Task ChangeAsync(Func<UserSettings, UserSettings> change, CancellationToken cancellation)
    {
        try
        {
            using var taken = await SettingsLock.TakeAsync(TimeProvider.System, cancellation).ConfigureAwait(false);
            var settings = Load();
            if (change(settings) is var changed && changed != settings)
            {
                var content = JsonSerializer.SerializeToUtf8Bytes(changed, HostDataJson.Default.UserSettings);
                await OwnFile.ReplaceAsync(FilePath, content, isDurable: true, cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(Messages.SettingsUnwritable.With(FilePath, error.Message), error);
        }
    }

    // Names are shown: they are what Set-ImagenProvider takes, and a key in the place of its variable's name is not repeated.
    private static bool IsWhole(ProviderProfile? profile) =>
        profile is { Name: { } name } && ProviderProfile.IsName(name) && Enum.IsDefined(profile.Protocol)
        && profile.ApiKeyVariables.Concat(profile.ApiKeyPairVariables).All(IsVariable) && !profile.MediaHosts.Contains(null!)
        && new[] { profile.BaseUri, profile.PlatformUri, profile.StorageUri }.OfType<Uri>().All(IsAddress)
        && profile.AuthScheme.All(letter => letter is >= ' ' and <= '~')
        && profile.PricePerImage is not < 0;

    private static bool AreDistinct(IEnumerable<ProviderProfile> profiles) =>
        profiles.GroupBy(profile => profile.Name, StringComparer.OrdinalIgnoreCase).All(same => !same.Skip(1).Any());

    private static bool IsAddress(Uri address) => ProviderAddress.Read(address.OriginalString) is not null;

    private static bool IsVariable(string? name) => name is not null && KeyShape.IsVariable(name) && !KeyShape.Is(name);
}
