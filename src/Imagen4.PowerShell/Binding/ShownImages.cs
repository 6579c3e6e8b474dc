namespace Imagen4.PowerShell.Binding;

/// <summary>The files of the images that a record has: a result, a request, an image, a file, or what became of them in a CSV or JSON.</summary>
/// <param name="paths">Turns what is said of files into full paths.</param>
internal sealed class ShownImages(FilePaths paths)
{
    // Between the paths of several images in one cell.
    private const string Separator = "; ";

    private static readonly string[] PathNames = ["Path", "FullName", "LiteralPath", "PSPath"];

    /// <summary>The full paths of a record's images; none where it has none.</summary>
    /// <exception cref="InvalidInputException">A path is none of this machine's.</exception>
    public IReadOnlyList<string> Of(object? input) => BoundValue.Plain(input) switch
    {
        null => [],
        string text => string.IsNullOrWhiteSpace(text) ? [] : paths.Matching(text),
        FileSystemInfo file => [file.FullName],
        ImagenImage image => Existing(image.Path),
        _ => OfRecord(new Record(input)),
    };

    private IReadOnlyList<string> OfRecord(Record record)
    {
        var images = BoundValue.Plain(record.At("Images"));
        return images is string text ? [.. text.Split(Separator).SelectMany(Existing)]
            : BoundValue.IsList(images) && BoundValue.List(images).SelectMany(Of).ToList() is { Count: > 0 } several ? several
            : Existing(PathNames.Select(name => BoundValue.Text(record.At(name))).FirstOrDefault(path => path is not null));
    }

    // A record may be anybody's: its paths are taken literally, and only on this machine.
    private IReadOnlyList<string> Existing(string? path) => string.IsNullOrWhiteSpace(path) ? [] : [paths.OnThisMachine(path.Trim())];
}
