using System.Globalization;
using System.Text.RegularExpressions;
using Imagen4.Core.Text;

namespace Imagen4.Core.Media;

/// <summary>
/// How files are named: a template with {placeholders}, <c>{Provider}/{Key}-{ImageIndex}</c>. A slash makes a subfolder; no name leaves
/// the output directory. The extension always says what the bytes are.
/// </summary>
public sealed partial class FileNameTemplate
{
    private const string ImageIndex = "ImageIndex";
    private const string Extension = "Extension";
    private const int LongestPrompt = 60;

    private static readonly Dictionary<string, Func<FileNameValues, string?>> Values = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Index"] = values => values.Index?.ToString("D4", CultureInfo.InvariantCulture),
        ["Key"] = values => values.Key,
        ["RequestId"] = values => values.RequestId,
        ["Seed"] = values => values.Seed?.ToString(CultureInfo.InvariantCulture),
        ["Provider"] = values => values.Provider,
        ["Model"] = values => values.Model,
        ["Prompt"] = values => values.Prompt is { } prompt ? SafeFileName.Part(prompt, LongestPrompt) : null,
        ["Date"] = values => values.Date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };

    // The extensions that image files are known by.
    private static readonly Dictionary<string, MediaType> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        [".png"] = MediaType.Png,
        [".jpg"] = MediaType.Jpeg,
        [".jpeg"] = MediaType.Jpeg,
        [".webp"] = MediaType.Webp,
        [".gif"] = MediaType.Gif,
        [".avif"] = MediaType.Avif,
    };

    // Each placeholder may stand for a whole prompt. No file system has paths that need a longer one.
    private const int Longest = 1000;

    private readonly string[] _folders = [];
    private readonly string _name = "";
    private readonly string? _extension;
    private readonly bool _numbersImages;

    /// <summary>Reads a template.</summary>
    /// <param name="template">The template; null or blank for the default names.</param>
    /// <exception cref="InvalidInputException">It has an unknown placeholder or more than 1,000 characters, or would leave the output directory.</exception>
    public FileNameTemplate(string? template)
    {
        if (string.IsNullOrWhiteSpace(template))
        {
            IsDefault = true;
            return;
        }

        Text = template = template.Trim();
        if (template.Length > Longest)
        {
            throw new InvalidInputException(Messages.FileNameLong.With(template.Length, Longest));
        }

        var names = Placeholder().Matches(template).Select(match => match.Groups[1].Value).ToList();
        if (names.FirstOrDefault(name => !Placeholders.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            var known = string.Join(", ", Placeholders.Select(name => $"{{{name}}}"));
            throw new InvalidInputException(Messages.FileNamePlaceholderUnknown.With(PlainText.Brief(unknown), known));
        }

        if (Placeholder().Replace(template, "").AsSpan().ContainsAny('{', '}'))
        {
            throw new InvalidInputException(Messages.FileNameBrace.With(PlainText.Brief(template)));
        }

        var parts = template.Split('/', '\\').Select(part => part.Trim()).ToArray();
        if (parts[0].Length == 0 || parts[0].EndsWith(':') || parts.Contains("..") || parts[^1].Length == 0)
        {
            throw new InvalidInputException(Messages.FileNameLeaves.With(PlainText.Brief(template)));
        }

        _folders = [.. parts[..^1].Where(part => part.Length > 0 && part != ".")];
        (_name, _extension) = Split(parts[^1]);
        _numbersImages = names.Contains(ImageIndex, StringComparer.OrdinalIgnoreCase);
        UsesRequestId = names.Contains("RequestId", StringComparer.OrdinalIgnoreCase);
        NeedsSeed = names.Contains("Seed", StringComparer.OrdinalIgnoreCase);
        UsesIndex = names.Contains("Index", StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>What a template can have in braces. Case does not matter.</summary>
    public static IReadOnlyList<string> Placeholders { get; } =
        ["Index", "Key", "RequestId", ImageIndex, "Seed", "Provider", "Model", "Prompt", "Date", Extension];

    /// <summary>Whether none was given: then files have default names, and a name that is taken is not an error.</summary>
    public bool IsDefault { get; }

    /// <summary>Whether every request gets names of its own, whatever its row says.</summary>
    public bool UsesRequestId { get; }

    /// <summary>Whether the names depend on the seed, which a host may choose.</summary>
    public bool NeedsSeed { get; }

    /// <summary>Whether the names depend on the number of the row, which changes with the order of a table.</summary>
    public bool UsesIndex { get; }

    /// <summary>The template; empty where none was given.</summary>
    public string Text { get; } = "";

    /// <summary>The path of one image within the output directory.</summary>
    /// <param name="values">The request's values.</param>
    /// <param name="image">
    /// The number of the image, from 1. Where the template has no placeholder for it, images after the first get it appended.
    /// </param>
    /// <param name="type">What the image is; null for the path without its extension.</param>
    internal string Expand(FileNameValues values, int image, MediaType? type = null)
    {
        if (IsDefault)
        {
            throw new InvalidOperationException("Default names depend on what is there.");
        }

        var number = image.ToString(CultureInfo.InvariantCulture);
        string Fill(string part) => SafeFileName.Part(Placeholder().Replace(part, match => SafeFileName.Part(
            match.Groups[1].Value is var name && name.Equals(ImageIndex, StringComparison.OrdinalIgnoreCase) ? number
                : name.Equals(Extension, StringComparison.OrdinalIgnoreCase) ? type?.Extension[1..] ?? ""
                : Values[name](values) ?? "")));

        // A folder whose value is unknown is left out.
        var folders = _folders.Select(Fill).Where(folder => folder.Length > 0).Select(SafeFileName.Whole);
        var file = Fill(_name);
        file = SafeFileName.Whole(_numbersImages || image == 1 ? file : $"{file}-{number}");
        return string.Join(Path.DirectorySeparatorChar, folders.Append(file + Ending(type)));
    }

    /// <summary>A default name, without its extension: the row's key, else its number with a short prompt.</summary>
    /// <param name="values">The request's values.</param>
    /// <param name="image">The number of the image, from 1; null where there is only one.</param>
    /// <param name="attempt">From 1: where that name is taken, the next one has the number behind it.</param>
    internal static string Default(FileNameValues values, int? image, int attempt)
    {
        var own = values.Key is { } key && SafeFileName.Part(key).Length > 0
            ? SafeFileName.Whole(key)
            : SafeFileName.Whole($"{Values["Index"](values)}-{SafeFileName.Words(values.Prompt ?? "")}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{own}{(attempt > 1 ? $"_{attempt}" : "")}{(image is { } number ? $"-{number}" : "")}");
    }

    // As it is written where it is right, so that .jpeg stays .jpeg.
    private string Ending(MediaType? type) => type is null ? ""
        : _extension is { } written && Types[written] == type ? written
        : type.Extension;

    private static (string Name, string? Extension) Split(string name)
    {
        const string Placed = ".{" + Extension + "}";
        if (name.Length > Placed.Length && name.EndsWith(Placed, StringComparison.OrdinalIgnoreCase))
        {
            return (name[..^Placed.Length], null);
        }

        var written = Path.GetExtension(name);
        return written.Length < name.Length && Types.ContainsKey(written) ? (name[..^written.Length], written) : (name, null);
    }

    [GeneratedRegex(@"\{([^{}]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
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

    /// <summary>The day on which the request was submitted, in local time.</summary>
    public DateOnly? Date { get; init; }
}
