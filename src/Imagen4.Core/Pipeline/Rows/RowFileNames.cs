using Imagen4.Core.Input;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>
/// Names of files that are known before anything is paid for: no two rows of a batch have one, and none is there already.
/// </summary>
/// <param name="options">Options for every row.</param>
/// <param name="notices">What the user is told once.</param>
internal sealed class RowFileNames(BatchOptions options, RowNotices notices)
{
    // No known model makes more than 4; what an unknown one is asked for may be any number.
    private const int MostImages = 16;

    private readonly HashSet<string> _claimed = new(StringComparer.Ordinal);

    /// <summary>How the files of a row are named: a cell overrides the parameter.</summary>
    /// <exception cref="InvalidInputException">The cell is no template.</exception>
    public FileNameTemplate Of(ImageRow row)
    {
        if (row.FileName is not { } template)
        {
            return options.FileName;
        }

        if (options.Output is null)
        {
            notices.Warn(Messages.FileNameUnused, Messages.FileNameUnused);
            return options.FileName;
        }

        try
        {
            return new FileNameTemplate(template);
        }
        catch (InvalidInputException error)
        {
            throw new InvalidInputException(error.Message) { Row = row.Index };
        }
    }

    /// <summary>
    /// Claims the names of a row that can be known. One without the request's id may be another row's, or a file's that is there already.
    /// A default name that is taken is none of the row's.
    /// </summary>
    /// <exception cref="FileExistsException">A file of that name is there already, and is not to be overwritten.</exception>
    /// <exception cref="InvalidInputException">
    /// Another row of this batch has a name, or a file would be where a folder is, or a folder where a file is.
    /// </exception>
    public void Claim(CheckedRow found)
    {
        var (row, names) = (found.Row, found.FileName);
        if (options.Output is not { } folder || names.IsDefault || names.UsesRequestId || (names.NeedsSeed && row.Input.Seed is null)
            || (found.Identity is { } identity && !_claimed.Add(identity.Row)))
        {
            return;
        }

        var values = new FileNameValues
        {
            Index = row.Index,
            Key = row.Key,
            Provider = found.Host.Profile.Name,
            Model = found.Model,
            Prompt = row.Input.Prompt,
            Seed = row.Input.Seed,
            Date = DateOnly.FromDateTime(options.Time.GetLocalNow().DateTime),
        };
        var images = Enumerable.Range(1, (int)Math.Clamp(row.Input.NumImages ?? 1, 1, MostImages)).ToList();
        var files = images.SelectMany(image => MediaType.Saved.Select(type => names.Expand(values, image, type))).ToList();
        try
        {
            folder.Claim(
                found.IsNew,
                [.. images.Select(image => names.Expand(values, image))],
                options.Sidecar ? [.. files.SelectMany(file => new[] { file, Sidecar.PathOf(file) })] : files);
        }
        catch (FileExistsException error) when (names.UsesIndex && error.File is { } file)
        {
            var other = CommandText.Quoted(OfOneRow(names.Text, row.Key));
            throw new FileExistsException(Messages.FileExistsByIndex.With(file, other))
            {
                Row = row.Index, NextCommand = Messages.CommandOtherName.With(other),
            };
        }
    }

    // A name that stays with its row, wherever the row is in its table.
    private static string OfOneRow(string template, string? key) => template.Replace(
        "{Index}", key is null ? "{Index}-{RequestId}" : "{Key}", StringComparison.OrdinalIgnoreCase);
}
