using System.Text.Json;
using Imagen4.Core.Text;

namespace Imagen4.Core.Providers;

/// <summary>
/// The definitions of models a user has written down, in <c>models.json</c> of the state folder. They have the shape of the
/// built-in ones and come before them, so that a model can be added or corrected without a new version.
/// </summary>
internal static class UserModels
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "models.json";

    private static readonly Lock Gate = new();
    private static (string Path, DateTime Written, IReadOnlyList<ModelDefinition> Models) _read = ("", default, []);

    /// <summary>The definitions; none where there is no file.</summary>
    /// <exception cref="InvalidInputException">The file cannot be read as definitions.</exception>
    public static IReadOnlyList<ModelDefinition> Load()
    {
        var path = Path.Combine(StateFolder.Path, FileName);
        var written = File.GetLastWriteTimeUtc(path);
        lock (Gate)
        {
            // A batch asks for every row; the file is read again when it has changed.
            if (_read.Path != path || _read.Written != written)
            {
                _read = (path, written, Read(path));
            }

            return _read.Models;
        }
    }

    private static IReadOnlyList<ModelDefinition> Read(string path)
    {
        try
        {
            var models = JsonSerializer.Deserialize(SettingsFile.Read(path), HostDataJson.Default.HostData)?.Models ?? [];
            return models.All(IsWhole) ? models : throw new JsonException(Messages.ModelIncomplete);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(Messages.SettingsUnreadable.With(path, error.Message), error);
        }
    }

    private static bool IsWhole(ModelDefinition? model) =>
        model is { Ids.Count: > 0, Protocols.Count: > 0, Inputs.Count: > 0 }
        && model.Ids.All(id => !string.IsNullOrWhiteSpace(id))
        && model.Protocols.All(Enum.IsDefined)
        && model.Inputs.All(input => input is { Name.Length: > 0, Choices: not null } && !input.Choices.Contains(null!));
}
