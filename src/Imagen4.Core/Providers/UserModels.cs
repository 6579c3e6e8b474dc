using System.Text.Json;

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
    private static (string Path, DateTime Written, HostData Data) _read = ("", default, new());

    /// <summary>The definitions; none where there is no file.</summary>
    /// <exception cref="InvalidInputException">The file cannot be read as definitions.</exception>
    public static IReadOnlyList<ModelDefinition> Load() => LoadAll().Models;

    /// <summary>The rules of prices that stand beside them.</summary>
    /// <exception cref="InvalidInputException">The file cannot be read as definitions.</exception>
    public static IReadOnlyList<PriceRule> LoadPrices() => LoadAll().Prices;

    private static HostData LoadAll()
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

            return _read.Data;
        }
    }

    private static HostData Read(string path)
    {
        try
        {
            var data = JsonSerializer.Deserialize(SettingsFile.Read(path), HostDataJson.Default.HostData) ?? new HostData();
            return !data.Models.All(IsWhole) ? throw new JsonException(Messages.ModelIncomplete)
                : !data.Prices.All(IsWhole) ? throw new JsonException(Messages.PriceRuleIncomplete)
                : data;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return new HostData();
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw SettingsFile.Unreadable(path, error);
        }
    }

    private static bool IsWhole(ModelDefinition? model) =>
        model is { Ids.Count: > 0, Protocols.Count: > 0, Inputs.Count: > 0 }
        && model.Ids.All(id => !string.IsNullOrWhiteSpace(id))
        && model.Protocols.All(Enum.IsDefined)
        && model.Inputs.All(input => input is { Name.Length: > 0, Choices: not null } && !input.Choices.Contains(null!));

    private static bool IsWhole(PriceRule? rule) =>
        rule is { Ids.Count: > 0, Protocols.Count: > 0, Unit.Length: > 0, Count.Length: > 0, Date.Length: > 0, Source.Length: > 0 }
        && rule.Ids.All(id => !string.IsNullOrWhiteSpace(id))
        && rule.Protocols.All(Enum.IsDefined)
        && rule.Factors.All(factor => factor is { Input.Length: > 0, Default: not null, By.Count: > 0 } && factor.By.Values.All(by => by >= 0))
        && rule.Extras.All(extra => extra is { Input.Length: > 0, Value: not null, Currency.Length: > 0, Amount: >= 0 })
        && rule.Open.All(open => open is { Input.Length: > 0, Value: not null });
}
