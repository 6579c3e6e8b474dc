using System.Collections;
using System.Globalization;
using System.Management.Automation;
using Imagen4.Core.Gallery;

namespace Imagen4.PowerShell.Binding;

/// <summary>Turns a record of the pipeline into cards of a gallery: results and requests, live or from CSV, JSON and CLIXML.</summary>
/// <param name="fullPath">The full path of a file that a record names.</param>
internal sealed class CardBinder(Func<string, string> fullPath)
{
    private const string Images = nameof(ImagenResult.Images);

    // One of these makes a record a row; a table of something else has none.
    private static readonly string[] Marks =
        [nameof(ImagenResult.State), nameof(ImagenInputs.Prompt), nameof(ImagenResult.RequestId), nameof(ImagenResult.Path), Images];

    /// <summary>Whether a record is a row of a batch.</summary>
    public static bool IsRow(Record record) => record.IsRows && record.Has(Marks);

    /// <summary>Whether a record says which images there are.</summary>
    public static bool HasImages(Record record) => ImagesOf(record.At(Images)).Any();

    /// <summary>The cards of one record.</summary>
    /// <param name="row">The number of the record, from 1.</param>
    /// <param name="record">The record.</param>
    /// <exception cref="InvalidInputException">A file that it names is not a path.</exception>
    public IReadOnlyList<GalleryCard> Bind(int row, Record record)
    {
        var images = ImagesOf(record.At(Images)).ToList();
        if (images.Count == 0 && Text(row, nameof(ImagenResult.Path), record.At(nameof(ImagenResult.Path))) is { Length: > 0 } path)
        {
            images.Add(new ImagenImage { Index = 1, Path = path });
        }

        foreach (var image in images)
        {
            image.Path = image.Path is null ? null : fullPath(image.Path);
        }

        return GalleryCard.Of(name => Text(row, name, record.At(name)), images);
    }

    /// <summary>The images of a value: a live list, a deserialised one, one image, or their paths in the cell of a CSV.</summary>
    public static IEnumerable<ImagenImage> ImagesOf(object? value)
    {
        switch (BoundValue.Plain(value))
        {
            case ImagenImage image:
                return [Copy(image)];
            case string text:
                return text.Split("; ", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Named);
            case PSObject record:
                return [Read(new Record(record))];
            case IList list:
                return list.Cast<object?>().SelectMany(ImagesOf).Select(Numbered);
            default:
                return [];
        }
    }

    // The caller keeps its own.
    private static ImagenImage Copy(ImagenImage image) => new()
    {
        Index = image.Index,
        Path = image.Path,
        Uri = image.Uri,
        Width = image.Width,
        Height = image.Height,
        Sha256 = image.Sha256,
    };

    private static ImagenImage Named(string name, int place) => Uri.TryCreate(name, UriKind.Absolute, out var address) && !address.IsFile
        ? new ImagenImage { Index = place + 1, Uri = name }
        : new ImagenImage { Index = place + 1, Path = name };

    private static ImagenImage Numbered(ImagenImage image, int place)
    {
        image.Index = image.Index > 0 ? image.Index : place + 1;
        return image;
    }

    private static ImagenImage Read(Record record) => new()
    {
        Index = Number(record, nameof(ImagenImage.Index)) ?? 0,
        Path = BoundValue.Text(record.At(nameof(ImagenImage.Path))),
        Uri = BoundValue.Text(record.At(nameof(ImagenImage.Uri))),
        Width = Number(record, nameof(ImagenImage.Width)),
        Height = Number(record, nameof(ImagenImage.Height)),
        Sha256 = BoundValue.Text(record.At(nameof(ImagenImage.Sha256))),
    };

    private static int? Number(Record record, string name) =>
        int.TryParse(BoundValue.Text(record.At(name)), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string? Text(int row, string name, object? value) => BoundValue.Plain(value) switch
    {
        null => null,
        string text => text,
        bool truth => truth ? "true" : "false",
        DateTime time => time.ToUniversalTime().ToString("u", CultureInfo.InvariantCulture),
        PSObject or IDictionary or IList => new JsonCell(row, name).Of(value)?.ToJsonString(),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        var other => BoundValue.Text(other),
    };
}
