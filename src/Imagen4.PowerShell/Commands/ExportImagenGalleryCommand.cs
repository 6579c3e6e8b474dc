using System.Management.Automation;
using Imagen4.Core.Gallery;
using Imagen4.Core.Pipeline.Work;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Export-ImagenGallery</c>: results, requests or the images of a folder as one HTML page.</summary>
[Cmdlet(VerbsData.Export, "ImagenGallery", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(FileInfo))]
public sealed partial class ExportImagenGalleryCommand : PumpedCommand
{
    private const int MostIds = 5;
    private const long LargePage = 200L * 1024 * 1024;

    private FilePaths _paths = null!;
    private ImageFolder _images = null!;
    private GalleryPage? _page;
    private string? _given;

    /// <summary>The page; in a directory it is called <c>gallery.html</c>.</summary>
    [Parameter(Position = 0)]
    public string? Path { get; set; }

    /// <summary>Directories whose images are shown.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string[] ImageDirectory { get; set; } = [];

    /// <summary>Shows the images of the directories in them, too.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>The heading.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? Title { get; set; }

    /// <summary>Refers to the images where they are, instead of putting them into the page.</summary>
    [Parameter]
    public SwitchParameter Link { get; set; }

    /// <summary>Overwrites a file that is not a gallery.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Opens the page.</summary>
    [Parameter]
    public SwitchParameter Show { get; set; }

    /// <summary>Returns the file.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Results, requests, images, files or directories.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public object? InputObject { get; set; }

    /// <inheritdoc/>
    protected override object? Target => InputObject;

    /// <inheritdoc/>
    protected override void OnBegin()
    {
        _paths = new FilePaths(this);
        _images = new ImageFolder(text => Post(new WorkEvent.Warning(text)));
        _given = string.IsNullOrWhiteSpace(Path) ? null : _paths.Literal(Path);
        var hasInput = MyInvocation.ExpectingInput || InputObject is not null;
        string[] directories = ImageDirectory.Length == 0 && !hasInput && Directory.Exists(_given)
            ? [_given]
            : [.. ImageDirectory.Select(_paths.Literal)];
        if (directories.Length == 0 && !hasInput)
        {
            // A page has an ending; without one, it was meant as a directory of images.
            if (_given is not null && System.IO.Path.GetExtension(_given).Length == 0 && !File.Exists(_given))
            {
                throw new InvalidInputException(CommandMessages.GalleryPathMissing.With(_given));
            }

            throw new InvalidInputException(CommandMessages.GalleryNothing) { NextCommand = CommandMessages.AdviceGalleryNothing };
        }

        Array.ForEach(directories, AddFolder);
        if (_given is not null)
        {
            // Before a long pipeline runs, not after it.
            _page = PageAt(_given);
            _page.Check();
        }
    }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        foreach (var item in MyInvocation.ExpectingInput ? [InputObject] : InputObject is null ? [] : BoundValue.List(InputObject))
        {
            Add(item);
        }
    }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        var page = _page ?? PageAt(_folders is [var only] ? only : _paths.Literal("."));
        try
        {
            page.Check();
            if (ShouldProcess(page.FullPath, CommandMessages.ShouldWriteGallery.With(_cards.Count)))
            {
                Finish(WaitFor(async stopping => await page.WriteAsync(_cards, stopping).ConfigureAwait(false)));
            }
        }
        catch (ImagenException error)
        {
            EndWith(error, page.FullPath);
        }

        base.OnEnd();
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target)
    {
        // Nothing runs beside the pipeline.
    }

    private GalleryPage PageAt(string path)
    {
        var title = !string.IsNullOrWhiteSpace(Title) ? Title.Trim()
            : _folders is [var only] && NameOf(only) is { Length: > 0 } name ? name
            : CommandMessages.GalleryTitle;
        return new GalleryPage(
            Directory.Exists(path) ? System.IO.Path.Combine(path, DirectoryGallery.FileName) : path,
            new GalleryOptions { Title = title, Link = Link, Force = Force });
    }

    // The root of a drive has none.
    private static string NameOf(string folder) => System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(folder));

    private void Finish(GalleryOutcome outcome)
    {
        if (outcome.Unread is [var first, ..])
        {
            WriteWarning(CommandMessages.GalleryUnread.With(outcome.Unread.Count, first.Reason, Fetching(outcome.Unread)));
        }

        if (!Link && outcome.File.Length > LargePage)
        {
            WriteWarning(CommandMessages.GalleryLarge.With(outcome.File.Length / (1024 * 1024)));
        }

        if (PassThru)
        {
            WriteObject(outcome.File);
        }
        else
        {
            var without = _cards.Count(card => card.Image is null);
            var images = _cards.Count - without - outcome.Unread.Count;
            WriteSummary(
                without == 0
                    ? CommandMessages.GallerySummary.With(images, outcome.File.FullName)
                    : CommandMessages.GallerySummaryWithout.With(images, without, outcome.File.FullName),
                outcome.File.FullName);
        }

        if (Show && WaitFor(async stopping => await PageOpener.OpenAsync(outcome.File.FullName, stopping).ConfigureAwait(false)) is { } trouble)
        {
            WriteWarning(CommandMessages.GalleryNotOpened.With(outcome.File.FullName, trouble));
        }
    }

    // The command that fetches images which are gone, where their requests are known; many it does not name one by one.
    private static string Fetching(IReadOnlyList<UnreadImage> unread)
    {
        var requests = unread.Select(image => image.RequestId).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        return requests.Count == 0 ? ""
            : CommandMessages.GalleryFetch.With(requests.Count > MostIds
                ? $"-State {ImagenStates.Delivered}"
                : $"-RequestId {CommandText.Arguments(requests)}");
    }
}
