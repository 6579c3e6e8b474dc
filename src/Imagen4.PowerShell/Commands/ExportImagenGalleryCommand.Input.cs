using Imagen4.Core.Gallery;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <content>What is shown: rows, live or from a file, and the images of files and directories. Each image is shown once.</content>
public sealed partial class ExportImagenGalleryCommand
{
    private readonly List<GalleryCard> _cards = [];
    private readonly HashSet<string> _shown = new(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
    private readonly List<string> _folders = [];

    private void Add(object? item)
    {
        var record = new Record(item);
        if (BoundValue.Plain(item) is FileSystemInfo file)
        {
            AddPath(file.FullName);
        }
        else if (BoundValue.Plain(item) is ImagenImage)
        {
            Add(GalleryCard.Of(_ => null, [.. CardBinder.ImagesOf(item)]));
        }
        else if (record.Text is not null)
        {
            if (!record.IsBlank)
            {
                AddPath(_paths.Literal(record.Text));
            }
        }
        else if (CardBinder.IsRow(record))
        {
            AddRow(record);
        }
        else
        {
            int? row = MyInvocation.ExpectingInput ? Row : null;
            throw record.IsRows
                ? MissingColumn.Of(row, record, CommandMessages.RecordHasNoImage, MyInvocation.MyCommand.Name, "Path", "Prompt", "RequestId", "State", "Images")
                : new InvalidInputException(CommandMessages.RecordIsNotImage.With(record.TypeName)) { Row = row };
        }
    }

    private void AddRow(Record record)
    {
        // What this module made in this session names its own files; what else comes down the pipeline may name a share.
        var binder = new CardBinder(BoundValue.Plain(InputObject) is ImagenInputs ? _paths.Literal : _paths.OnThisMachine);
        var known = CardBinder.HasImages(record) ? null : FindResult(record);
        Add(binder.Bind(Row, known?.Images.Count > 0 ? new Record(known) : record));
    }

    private ImagenResult? FindResult(Record record)
    {
        if (LedgerIds.Read(Row, "LedgerId", record.At("LedgerId")) is not [var id])
        {
            return null;
        }

        FindLedger();
        return WaitFor(async stopping =>
            await LedgerImages.FindAsync(ModuleSession.Client.Requests, id, stopping).ConfigureAwait(false));
    }

    private void Add(IReadOnlyList<GalleryCard> cards)
    {
        _cards.AddRange(cards);
        _shown.UnionWith(cards.Select(card => card.Image?.Path).OfType<string>());
    }

    private void AddPath(string path)
    {
        if (Directory.Exists(path))
        {
            AddFolder(path);
        }
        else if (!File.Exists(path))
        {
            throw new InvalidInputException(CommandMessages.GalleryPathMissing.With(path));
        }
        else if (ImageFolder.IsImage(path))
        {
            AddImage(path);
        }
    }

    private void AddFolder(string folder)
    {
        foreach (var path in ImageFolder.Find(folder, Recurse))
        {
            AddImage(path);
        }

        _folders.Add(folder);
    }

    private void AddImage(string path)
    {
        if (_shown.Add(path))
        {
            _cards.Add(WaitFor(async stopping => await _images.ReadAsync(path, stopping).ConfigureAwait(false)));
        }
    }
}
