using System.Management.Automation;
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

    // In cells, where the user does not say.
    private const int AloneWidth = 60;
    private const int SheetWidth = 30;

    private static readonly ScriptBlock Convert = ScriptBlock.Create("param($command, $given) & $command @given 2>&1");

    private readonly List<TerminalImage> _line = [];
    private TerminalChoice _terminal = null!;
    private TerminalSheet _sheet = null!;
    private TerminalProtocol _protocol;
    private CommandInfo? _sixel;
    private ShownImages _images = null!;
    private bool _isRedirected;
    private bool _isPlain;
    private bool _isSheet;
    private bool _hasWarned;
    private int _notShown;
    private int _without;

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
        _images = new ShownImages(new FilePaths(this));
        _isRedirected = Console.IsOutputRedirected;
        _terminal = TerminalChoice.Of(Environment.GetEnvironmentVariable);
        _isPlain = Environment.GetEnvironmentVariable("TERM") == "dumb"
            || (SessionState.PSVariable.GetValue("PSStyle") is { } style
                && PSObject.AsPSObject(style).Properties["OutputRendering"]?.Value?.ToString() == "PlainText");
        _sixel = Protocol is TerminalProtocol.Auto or TerminalProtocol.Sixel
            ? InvokeCommand.GetCommand("ConvertTo-Sixel", CommandTypes.Cmdlet | CommandTypes.Function | CommandTypes.Alias)
            : null;
        if (Protocol == TerminalProtocol.Sixel && _sixel is null)
        {
            throw new InvalidInputException(CommandMessages.SixelMissing);
        }

        _protocol = _isPlain ? TerminalProtocol.Link
            : Protocol != TerminalProtocol.Auto ? Protocol
            : _sixel is not null ? TerminalProtocol.Sixel
            : _terminal.Protocol;
        UseSheet();
    }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        if (MyInvocation.ExpectingInput)
        {
            Show(_images.Of(InputObject));
            return;
        }

        if (Path is null && LiteralPath is null)
        {
            throw new InvalidInputException(CommandMessages.PathMissing);
        }

        // A path that was given is literal or has wildcards; everything else is what a pipeline may bring.
        foreach (var item in BoundValue.List(LiteralPath ?? Path))
        {
            Show(LiteralPath is not null && BoundValue.Plain(item) is string literal ? [new FilePaths(this).Literal(literal)] : _images.Of(item));
        }
    }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        WriteLine();
        if (_notShown > 0)
        {
            WriteWarning(CommandMessages.ImagesRedirected.With(_notShown));
        }

        if (_without > 0)
        {
            WriteWarning(CommandMessages.ImagesMissing.With(_without));
        }
    }

    private void Show(IReadOnlyList<string> files)
    {
        _without += files.Count == 0 ? 1 : 0;
        foreach (var file in files)
        {
            try
            {
                Show(TerminalImage.Read(file));
            }
            catch (ImagenException error)
            {
                WriteError(error, file);
            }
        }
    }

    private void Show(TerminalImage image)
    {
        if (_isRedirected)
        {
            _notShown++;
            return;
        }

        // One image may be larger than several, so the first one waits for a second.
        _isSheet |= _line.Count > 0;
        if (_isSheet && _line.Count == _sheet.PerLine(ImageWidth))
        {
            WriteLine();
        }

        _line.Add(image);
        if (_isSheet && _line.Count == _sheet.PerLine(ImageWidth))
        {
            WriteLine();
        }
    }

    private int ImageWidth => Width > 0 ? Width : _isSheet ? SheetWidth : AloneWidth;

    private void WriteLine()
    {
        if (_line.Count == 0)
        {
            return;
        }

        if (_protocol is TerminalProtocol.ITerm2 or TerminalProtocol.Kitty && _line.TrueForAll(CanBeShown))
        {
            Host.UI.Write(_sheet.Line(_line, ImageWidth));
        }
        else
        {
            foreach (var image in _line)
            {
                WriteAlone(image);
            }
        }

        _line.Clear();
    }

    private void WriteAlone(TerminalImage image)
    {
        if (_protocol == TerminalProtocol.Sixel && Sixel(image) is { } sixel)
        {
            Host.UI.Write(sixel.EndsWith('\n') ? sixel : sixel + "\n");
        }
        else if (_protocol is TerminalProtocol.ITerm2 or TerminalProtocol.Kitty && CanBeShown(image))
        {
            Host.UI.Write(_sheet.Line([image], ImageWidth));
            return;
        }
        else
        {
            Explain(image);
        }

        var path = string.Concat(image.Path.Where(letter => !char.IsControl(letter)));
        Host.UI.Write((_isPlain ? path : TerminalLink.To(image.Path, path)) + "\n");
    }

    private bool CanBeShown(TerminalImage image) => _protocol == TerminalProtocol.ITerm2 || image.IsPng;

    // Null where the command could not do it; then, and from there on, the terminal's own protocol is used.
    private string? Sixel(TerminalImage image)
    {
        var given = new System.Collections.Hashtable { ["Path"] = image.Path };
        if (Width > 0 || _isSheet)
        {
            given["Width"] = Math.Min(ImageWidth, WindowSize.Width);
        }

        string trouble;
        try
        {
            var said = InvokeCommand.InvokeScript(SessionState, Convert, _sixel, given);
            var texts = said.Select(BoundValue.Plain).OfType<string>().ToList();
            if (texts.Count > 0)
            {
                return string.Concat(texts);
            }

            trouble = said.Select(BoundValue.Plain).OfType<ErrorRecord>().FirstOrDefault()?.Exception.Message ?? CommandMessages.SixelSaidNothing;
        }
        catch (RuntimeException error) when (error is not PipelineStoppedException)
        {
            trouble = error.Message;
        }

        _protocol = Protocol == TerminalProtocol.Sixel ? TerminalProtocol.Link : _terminal.Protocol;
        UseSheet();
        WriteWarning(CommandMessages.SixelFailed.With(PlainText.Line(trouble)));
        _hasWarned = true;
        return null;
    }

    private void Explain(TerminalImage image)
    {
        if (_hasWarned || Protocol == TerminalProtocol.Link)
        {
            return;
        }

        _hasWarned = true;
        WriteWarning(_protocol == TerminalProtocol.Kitty
            ? CommandMessages.KittyTakesPng.With(image.ContentType)
            : CommandMessages.TerminalUnknown.With(PlainText.Brief(_terminal.Name ?? CommandMessages.TerminalNameless)));
    }

    private void UseSheet()
    {
        var (width, height) = (WindowSize.Width, WindowSize.Height);
        _sheet = new TerminalSheet(_protocol, width, height) { IsInTmux = _terminal.IsInTmux };
    }

    // A host without a window says nothing, or zero.
    private (int Width, int Height) WindowSize
    {
        get
        {
            try
            {
                return Host.UI.RawUI?.WindowSize is { Width: > 0, Height: > 0 } size ? (size.Width, size.Height) : (80, 24);
            }
            catch (System.Management.Automation.Host.HostException)
            {
                return (80, 24);
            }
        }
    }
}
