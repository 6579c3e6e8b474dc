using Imagen4.Core.Input;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;

namespace Imagen4.PowerShell.Pipeline;

/// <content>The files of this machine that a row is made from.</content>
public abstract partial class BatchCommand
{
    // The files that were handed over for the row that is bound.
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);

    /// <summary>Begins to bind a row: no file has been handed over for it.</summary>
    private protected void BeginRow() => _files.Clear();

    /// <summary>
    /// The text that stands for a file inside an input. A file object is the caller's own word, as a path in a record is not: it may be
    /// any file.
    /// </summary>
    private protected string OfFile(FileSystemInfo file)
    {
        var reference = WaitFor(async stopping => await Batch.Files.AddAsync(file.FullName, stopping).ConfigureAwait(false));
        _ = _files.Add(reference.Sha256);
        return reference.Text;
    }

    /// <summary>A row as it is checked: its images with full paths, and the files that were handed over for it.</summary>
    /// <param name="row">The row.</param>
    /// <param name="isOfRecord">Whether its paths are a record's: data, that may be anybody's.</param>
    private protected ImageRow Prepared(ImageRow row, bool isOfRecord) =>
        row with { Images = Resolved(row.Images, isOfRecord), Files = [.. _files] };

    // By PowerShell's own rules. They are taken literally: a record is not a place for wildcards.
    private ImageList Resolved(ImageList images, bool isOfRecord)
    {
        var paths = new FilePaths(this);
        return images.Paths.Count == 0 ? images
            : images with { Paths = [.. images.Paths.Select(Full)] };

        string Full(string path) =>
            path.StartsWith("https:", StringComparison.OrdinalIgnoreCase) || path.StartsWith("http:", StringComparison.OrdinalIgnoreCase)
                ? throw new InvalidInputException(CommandMessages.PathIsAddress.With(PlainText.Brief(path)))
                : isOfRecord ? paths.OnThisMachine(path) : paths.Literal(path);
    }
}
