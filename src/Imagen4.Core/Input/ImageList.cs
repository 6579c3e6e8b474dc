using System.Text.Json;

namespace Imagen4.Core.Input;

/// <summary>The images that a row is made from: files of this machine first, then addresses.</summary>
/// <param name="Paths">The paths of files.</param>
/// <param name="Uris">Addresses that the host can read, data URIs among them.</param>
public sealed record ImageList(IReadOnlyList<string> Paths, IReadOnlyList<string> Uris)
{
    /// <summary>No images.</summary>
    public static ImageList None { get; } = new([], []);

    /// <summary>The names of the cells.</summary>
    public static IReadOnlyList<string> Names { get; } = [nameof(ImagenInputs.ImagePath), nameof(ImagenInputs.ImageUri)];

    /// <summary>How many there are.</summary>
    public int Count => Paths.Count + Uris.Count;

    /// <summary>Puts the images on an object users see.</summary>
    public void CopyTo(ImagenInputs target) => (target.ImagePath, target.ImageUri) = (TextList.Write(Paths), TextList.Write(Uris));

    /// <summary>Reads the images of a row from its cells.</summary>
    /// <exception cref="InvalidInputException">A cell holds no list of texts.</exception>
    internal static ImageList Read(Func<string, Cell> at) =>
        new ImageList(
            TextList.ReadTexts(at(nameof(ImagenInputs.ImagePath)), mayBeName: true),
            TextList.ReadTexts(at(nameof(ImagenInputs.ImageUri)))) is { Count: > 0 } read
            ? read
            : None;

    /// <summary>What models call their images.</summary>
    internal static IReadOnlyList<string> InputNames { get; } = ["image_urls", "image_url"];

    /// <summary>Takes the images out of what is sent: where files of this machine are among them, or the input is an image's by its
    /// name.</summary>
    internal static (ImageList Images, IReadOnlyDictionary<string, JsonElement>? Others) Split(
        IReadOnlyDictionary<string, JsonElement>? additional)
    {
        if (additional?.FirstOrDefault(member => Of(member) is not null) is not { Key: { } name } found)
        {
            return (None, additional);
        }

        var others = additional.Where(member => member.Key != name).ToDictionary(StringComparer.Ordinal);
        return (Of(found)!, others.Count == 0 ? null : others);
    }

    private static ImageList? Of(KeyValuePair<string, JsonElement> member)
    {
        var (name, value) = member;
        JsonElement[] items = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        if (items.Any(item => item.ValueKind != JsonValueKind.String))
        {
            return null;
        }

        var texts = items.Select(item => item.GetString()!).ToList();
        var paths = texts.Select(text => FileReference.TryParse(text)?.Path).TakeWhile(path => path is not null).OfType<string>().ToList();
        var uris = texts.Skip(paths.Count).ToList();
        return (paths.Count > 0 && uris.TrueForAll(uri => FileReference.TryParse(uri) is null))
            || (uris.Count > 0 && InputNames.Contains(name) && uris.TrueForAll(IsAddress))
                ? new ImageList(paths, uris)
                : null;
    }

    /// <summary>Whether a host can fetch an image there, or has it in the text: what only this machine could read is no address.</summary>
    internal static bool IsAddress(string uri) => Uri.TryCreate(uri, UriKind.Absolute, out var address)
        && (address.Scheme is "data" || (address.Scheme is "https" or "http" && address.UserInfo.Length == 0
            && !uri.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter))));
}
