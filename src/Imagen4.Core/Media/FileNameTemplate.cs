using System.Globalization;
using System.Text.RegularExpressions;
using Imagen4.Core.Text;

namespace Imagen4.Core.Media;

/// <summary>
/// How files are named: text with places in braces, <c>{Key}-{ImageIndex}</c>. The ending comes from the image itself.
/// Names are flat: a template cannot leave its folder.
/// </summary>
public sealed partial class FileNameTemplate
{
    /// <summary>The template used where none is given.</summary>
    public const string Default = "{RequestId}-{ImageIndex}";

    private const string ImageIndex = "ImageIndex";
    private const int LongestPrompt = 60;

    private static readonly Dictionary<string, Func<FileNameValues, string?>> Places = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Index"] = values => values.Index?.ToString("D4", CultureInfo.InvariantCulture),
        ["RequestId"] = values => values.RequestId,
        ["Key"] = values => values.Key,
        ["Provider"] = values => values.Provider,
        ["Model"] = values => values.Model,
        ["Prompt"] = values => values.Prompt is { } prompt ? SafeFileName.Part(prompt, LongestPrompt) : null,
        ["Seed"] = values => values.Seed?.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>What a template can have in braces.</summary>
    public static IReadOnlyList<string> Placeholders => [.. Places.Keys, ImageIndex];

    private readonly string _template;
    private readonly bool _numbersImages;

    /// <summary>Reads a template.</summary>
    /// <exception cref="InvalidInputException">It has a place nobody knows, or would leave its folder.</exception>
    public FileNameTemplate(string? template)
    {
        _template = string.IsNullOrWhiteSpace(template) ? Default : template.Trim();
        if (_template.AsSpan().IndexOfAny("/\\") >= 0)
        {
            throw new InvalidInputException(Messages.FileNameHasFolder.With(PlainText.Brief(_template)));
        }

        var names = PlacePattern().Matches(_template).Select(match => match.Groups[1].Value).ToList();
        if (names.FirstOrDefault(name => !IsImageIndex(name) && !Places.ContainsKey(name)) is { } unknown)
        {
            throw new InvalidInputException(Messages.FileNamePlaceUnknown.With(unknown, string.Join(", ", Places.Keys.Append(ImageIndex))));
        }

        _numbersImages = names.Any(IsImageIndex);
        UsesRequestId = names.Contains("RequestId", StringComparer.OrdinalIgnoreCase);
        NeedsSeed = names.Contains("Seed", StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Whether every request gets names of its own, whatever its row says.</summary>
    public bool UsesRequestId { get; }

    /// <summary>Whether the names depend on the seed, which a host may choose.</summary>
    public bool NeedsSeed { get; }

    /// <summary>The name of one image, without its ending.</summary>
    /// <param name="values">The request's values.</param>
    /// <param name="image">
    /// The number of the image, from 1. Where the template has no place for it, images after the first get it appended.
    /// </param>
    public string Expand(FileNameValues values, int image)
    {
        var number = image.ToString(CultureInfo.InvariantCulture);
        var name = PlacePattern().Replace(_template, match => IsImageIndex(match.Groups[1].Value)
            ? number
            : SafeFileName.Part(Places[match.Groups[1].Value](values) ?? ""));
        return SafeFileName.Whole(_numbersImages || image == 1 ? name : $"{name}-{number}");
    }

    private static bool IsImageIndex(string name) => name.Equals(ImageIndex, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"\{([^{}]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex PlacePattern();
}

/// <summary>What a file name can be made of. A value that is not known yet is null.</summary>
public sealed record FileNameValues
{
    /// <summary>The number of the row.</summary>
    public int? Index { get; init; }

    /// <summary>The host's id of the request.</summary>
    public string? RequestId { get; init; }

    /// <summary>The caller's own key.</summary>
    public string? Key { get; init; }

    /// <summary>The provider.</summary>
    public string? Provider { get; init; }

    /// <summary>The endpoint id.</summary>
    public string? Model { get; init; }

    /// <summary>The prompt.</summary>
    public string? Prompt { get; init; }

    /// <summary>The seed.</summary>
    public long? Seed { get; init; }
}
