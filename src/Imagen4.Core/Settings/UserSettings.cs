using System.Text.Json;
using Imagen4.Core.Hosts;

namespace Imagen4.Core.Settings;

/// <summary>What a user has decided once for every session: profiles and the default one. Never a key.</summary>
internal sealed record UserSettings
{
    public string? DefaultProvider { get; init; }

    public IReadOnlyList<ProviderProfile> Providers { get; init => field = value ?? []; } = [];

    private static string File => Path.Combine(StateFolder.Path, "settings.json");

    /// <summary>Reads the settings; none where the file is not there.</summary>
    /// <exception cref="InvalidInputException">The file cannot be read as settings.</exception>
    public static UserSettings Load()
    {
        try
        {
            var settings = JsonSerializer.Deserialize(SettingsFile.Read(File), HostDataJson.Default.UserSettings) ?? new();
            return settings.Providers.All(IsWhole) ? settings : throw new JsonException(Messages.ProviderIncomplete);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return new();
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(Messages.SettingsUnreadable.With(File, error.Message), error);
        }
    }

    /// <summary>Writes the settings whole or not at all.</summary>
    /// <exception cref="InvalidInputException">They cannot be written.</exception>
    public void Save()
    {
        var draft = $"{File}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(StateFolder.Path);
            System.IO.File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes(this, HostDataJson.Default.UserSettings));
            System.IO.File.Move(draft, File, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (System.IO.File.Exists(draft))
            {
                System.IO.File.Delete(draft);
            }

            throw new InvalidInputException(Messages.SettingsUnwritable.With(File, error.Message), error);
        }
    }

    private static bool IsWhole(ProviderProfile? profile) =>
        profile is { Name.Length: > 0 } && Enum.IsDefined(profile.Protocol) && !profile.ApiKeyVariables.Contains(null!);
}
