using System.Management.Automation;
using Imagen4.Core.Gallery;
using Imagen4.Core.Media.Terminal;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Show-ImagenImage</c>: shows images in the terminal. They are written to the host, never into the pipeline.</summary>
[Cmdlet(VerbsCommon.Show, "ImagenImage", DefaultParameterSetName = PathSet)]
[OutputType(typeof(void))]
public sealed class ShowImagenImageCommand : RecordCommand
{
    private const string PathSet = "Path";
    private const string LiteralSet = "LiteralPath";
    private const string ListDirectory = "Get-ChildItem -LiteralPath {0}";

    private TerminalWriter _terminal = null!;
    private FilePaths _paths = null!;
    private ShownImages _images = null!;
    private int _redirected;
    private int _without;
    private bool _areToCome;

    /// <summary>The files; wildcards are taken.</summary>
    [Parameter(Position = 0, ParameterSetName = PathSet)]
    [SupportsWildcards]
    public object? Path { get; set; }

    /// <summary>The files, as their names stand.</summary>
    [Parameter(ParameterSetName = LiteralSet)]
    [Alias("PSPath", "LP")]
    public object? LiteralPath { get; set; }

    /// <summary>How wide each image is, in cells.</summary>
    [Parameter]
    [ValidateRange(4, 1000)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int Width { get; set; }

    /// <summary>How the terminal is sent images.</summary>
    [Parameter]
    public TerminalProtocol Protocol { get; set; }

    /// <summary>What came down the pipeline, whatever it is.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public object? InputObject { get; set; }

    /// <inheritdoc/>
    protected override object? Target => InputObject ?? LiteralPath ?? Path;

    /// <inheritdoc/>
    protected override void OnBegin()
    {
        _paths = new FilePaths(this);
        _images = new ShownImages(_paths);
        _terminal = new TerminalWriter(this, Protocol, Width);
    }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        if (MyInvocation.ExpectingInput)
        {
            Show(InputObject);
            return;
        }

        if (Path is null && LiteralPath is null)
        {
            throw new InvalidInputException(CommandMessages.PathMissing);
        }

        foreach (var item in BoundValue.List(LiteralPath ?? Path))
        {
            Show(item);
        }
    }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        _terminal.Finish();
        if (_redirected > 0)
        {
            WriteWarning(CommandMessages.ImagesRedirected.With(_redirected));
        }

        if (_without > 0)
        {
            WriteWarning(CommandMessages.ImagesMissing.With(_without) + (_areToCome ? CommandMessages.ImagesToFetch : ""));
        }
    }

    private void Show(object? item)
    {
        var text = BoundValue.Plain(item) as string;
        var files = LiteralPath is not null && text is not null ? [_paths.Literal(text)] : _images.Of(item);

        if (files.Count == 0 && !string.IsNullOrWhiteSpace(text))
        {
            throw new InvalidInputException(CommandMessages.PathMatchesNothing.With(PlainText.Line(text)));
        }

        if (files.Count == 0 && text is null)
        {
            _without++;
            _areToCome |= new Record(item).At("State")?.ToString() is not (ImagenStates.Failed or ImagenStates.Rejected or ImagenStates.Cancelled);
        }

        foreach (var file in files.SelectMany(Files))
        {
            try
            {
                RequireFile(file);
                Show(TerminalImage.Read(file));
            }
            catch (ImagenException error)
            {
                WriteError(error, file);
            }
        }
    }

    // Of a directory, those of its images that terminals can show.
    private static IReadOnlyList<string> Files(string path)
    {
        if (!Directory.Exists(path))
        {
            return [path];
        }

        List<string> images = [.. ImageFolder.Find(path).Where(TerminalImage.IsShown)];
        return images.Count > 0 ? images
            : throw new InvalidInputException(CommandMessages.DirectoryHasNoImages.With(PlainText.Line(path)));
    }

    // Where there is no file to show, what to look at instead.
    private static void RequireFile(string path)
    {
        if (!File.Exists(path))
        {
            throw new InvalidInputException(CommandMessages.PathHasNoFile.With(PlainText.Line(path)))
            {
                NextCommand = System.IO.Path.GetDirectoryName(path) is { } parent && Directory.Exists(parent)
                    ? ListDirectory.With(CommandText.Quoted(parent))
                    : null,
            };
        }
    }

    private void Show(TerminalImage image)
    {
        if (Console.IsOutputRedirected)
        {
            _redirected++;
            return;
        }

        _terminal.Write(image);
    }
}
