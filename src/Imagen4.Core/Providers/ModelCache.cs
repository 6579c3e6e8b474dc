using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Core.Http;

namespace Imagen4.Core.Providers;

/// <summary>
/// What hosts' catalogues have said of models, kept in the state folder: a file for each model, for its user alone. It is read by
/// batches and written by <c>Get-ImagenModel</c> only, so that a catalogue that cannot be reached never holds up a batch.
/// </summary>
internal static class ModelCache
{
    /// <summary>The folder, within the state folder.</summary>
    public const string FolderName = "models";

    private const int MostFiles = 1000;
    private const int LargestFile = 256 * 1024;

    private static readonly ConcurrentDictionary<string, (DateTime Written, CachedModel? Model)> Files = new(StringComparer.Ordinal);

    private static string Folder => Path.Combine(StateFolder.Path, FolderName);

    /// <summary>Whether a host has a catalogue.</summary>
    public static bool HasCatalogue(ProviderProfile profile) =>
        profile.PlatformUri is not null && profile.Protocol is HostProtocol.FalQueue or HostProtocol.FalSync;

    /// <summary>What the host's catalogue said of a model when it was last asked; null where it was not.</summary>
    public static CachedModel? Find(ProviderProfile profile, string id) =>
        HasCatalogue(profile) && Read(PathOf(Platform(profile), id)) is { } found && found.Platform == Platform(profile) && found.Model == id
            ? found
            : null;

    /// <summary>All that one host's catalogue has said, or any.</summary>
    /// <param name="profile">The host; null for any.</param>
    public static IReadOnlyList<CachedModel> All(ProviderProfile? profile = null)
    {
        if (profile is not null && !HasCatalogue(profile))
        {
            return [];
        }

        try
        {
            return
            [
                .. Directory.EnumerateFiles(Folder, "*.json").Take(MostFiles).Select(Read).OfType<CachedModel>()
                    .Where(model => profile is null || model.Platform == Platform(profile))
                    .OrderBy(model => model.Model, StringComparer.Ordinal),
            ];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Keeps what a catalogue said, in place of what it said before. The oldest go where there are too many.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written.</exception>
    public static async Task SaveAsync(CachedModel model, CancellationToken cancellation)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(model, HostDataJson.Default.CachedModel);
        if (content.Length > LargestFile)
        {
            // What it takes is not kept; that it exists is.
            content = JsonSerializer.SerializeToUtf8Bytes(model with { Definition = null, Description = null }, HostDataJson.Default.CachedModel);
        }

        OwnFile.CreateFolder(Folder);
        var path = PathOf(model.Platform, model.Model);
        await OwnFile.ReplaceAsync(path, content, isDurable: false, cancellation).ConfigureAwait(false);
        Files.TryRemove(path, out _);
        Prune();
    }

    /// <summary>The address of a host's catalogue in its normal form.</summary>
    public static string Platform(ProviderProfile profile) => ProviderAddress.Normal(profile.PlatformUri!);

    private static void Prune()
    {
        var files = new DirectoryInfo(Folder).GetFiles();
        foreach (var old in files.OrderByDescending(file => file.LastWriteTimeUtc).Skip(MostFiles))
        {
            old.Delete();
        }
    }

    // Somebody may have put anything there: what is not ours is as if it were not there.
    private static CachedModel? Read(string path)
    {
        var written = File.GetLastWriteTimeUtc(path);
        if (Files.TryGetValue(path, out var known) && known.Written == written)
        {
            return known.Model;
        }

        CachedModel? model = null;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: <= LargestFile })
            {
                model = JsonSerializer.Deserialize(SettingsFile.Read(path), HostDataJson.Default.CachedModel);
                model = model?.Definition is { } definition && !definition.Inputs.All(input => input is { Name.Length: > 0 }) ? null : model;
            }
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
        }

        Files[path] = (written, model);
        return model;
    }

    private static string PathOf(string platform, string id) => Path.Combine(
        Folder, $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{platform}\n{id}")))[..32]}.json");
}

/// <summary>What a host's catalogue says of a model, and what its schema comes to.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record CachedModel
{
    /// <summary>The status of a model that the host is about to drop.</summary>
    public const string Deprecated = "deprecated";

    /// <summary>The address of the catalogue.</summary>
    public required string Platform { get; init; }

    /// <summary>The endpoint id.</summary>
    public required string Model { get; init; }

    /// <summary>When it was asked.</summary>
    public required DateTimeOffset FetchedAt { get; init; }

    public string? Name { get; init; }

    public string? Category { get; init; }

    public string? Status { get; init; }

    public string? Description { get; init; }

    /// <summary>What it takes; null where the catalogue has no schema of it.</summary>
    public ModelDefinition? Definition { get; init; }
}
