using System.Management.Automation;
using Imagen4.Core.Gallery;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Work;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;

namespace Imagen4.PowerShell.Commands;

/// <content>The gallery of the output directory, which is written now and then while rows come, and at the end.</content>
public sealed partial class NewImagenImageCommand
{
    private DirectoryGallery? _gallery;
    private bool _isWritingGallery;

    /// <summary>Keeps a page in the output directory that shows its images.</summary>
    [Parameter]
    public SwitchParameter Gallery { get; set; }

    /// <inheritdoc/>
    private protected override string? Page => _gallery is { IsWritten: true } ? _gallery.FullPath : null;

    /// <inheritdoc/>
    protected override void Emit(object value, object? target)
    {
        switch (value)
        {
            case RowOutcome<ImagenResult> { Value: { } result }:
                _gallery?.Add(result.Index, new CardBinder(path => path).Bind(result.Index, new Record(result)));
                break;
            case RowOutcome<ImagenResult> { Error: { Row: { } row } error }:
                _gallery?.Add(row, Refused(error, target));
                break;
        }

        base.Emit(value, target);
    }

    /// <inheritdoc/>
    protected override void WriteRecordError(ImagenException failure, object? target)
    {
        _gallery?.Add(failure.Row ?? Row, Refused(failure, target));
        base.WriteRecordError(failure, target);
    }

    /// <inheritdoc/>
    protected override void OnTick()
    {
        base.OnTick();
        if (_gallery is { IsDue: true })
        {
            WriteGallery();
        }
    }

    // A row that was not sent has no object.
    private IReadOnlyList<GalleryCard> Refused(ImagenException failure, object? target)
    {
        var record = new Record(target);
        return GalleryCard.Of(
            name => name switch
            {
                nameof(ImagenResult.State) => ImagenStates.Rejected,
                nameof(ImagenResult.Error) => failure.Message,
                nameof(ImagenResult.ErrorType) => failure.Kind,
                nameof(Prompt) => record.Text ?? (BoundValue.Plain(record.At(name)) ?? BoundValue.Plain(Prompt)) as string,
                nameof(Key) or nameof(Model) or nameof(Provider) => BoundValue.Plain(record.At(name))?.ToString(),
                _ => null,
            },
            []);
    }

    // Before anything is paid for.
    private void BeginGallery(OutputFolder? output)
    {
        if (!Gallery)
        {
            return;
        }

        if (output is null)
        {
            throw new InvalidInputException(CommandMessages.GalleryNeedsOutputDirectory) { NextCommand = CommandMessages.AdviceNeedsDirectory };
        }

        if (!IsWhatIf)
        {
            _gallery = new DirectoryGallery(output.FullPath, Force, text => Post(new WorkEvent.Warning(text)), TimeProvider.System);
            _gallery.Check();
        }
    }

    private void FinishGallery()
    {
        if (_gallery is { IsChanged: true } && !IsStopped)
        {
            WriteGallery();
        }
    }

    // While it is written, rows come in and ask for it again. Where every row was refused, there is no directory. A page that cannot be written is not a reason to stop what is paid for.
    private void WriteGallery()
    {
        if (_isWritingGallery || !Directory.Exists(Options.Output!.FullPath))
        {
            return;
        }

        _isWritingGallery = true;
        try
        {
            _ = WaitFor(async stopping =>
            {
                await _gallery!.WriteAsync(stopping).ConfigureAwait(false);
                return true;
            });
        }
        catch (ImagenException error)
        {
            _gallery = null;
            WriteWarning(CommandMessages.GalleryGivenUp.With(error.Message));
        }
        finally
        {
            _isWritingGallery = false;
        }
    }
}
