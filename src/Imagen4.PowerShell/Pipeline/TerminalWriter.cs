using System.Collections;
using System.Management.Automation;
using Imagen4.Core.Media.Terminal;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>Writes images to the host of a command: several side by side, or links where the terminal shows no images.</summary>
internal sealed class TerminalWriter
{
    // In cells, where the user does not say.
    private const int AloneWidth = 60;
    private const int SheetWidth = 30;

    private static readonly ScriptBlock Convert = ScriptBlock.Create("param($command, $given) & $command @given 2>&1");

    private readonly PSCmdlet _command;
    private readonly TerminalProtocol _wanted;
    private readonly int _width;
    private readonly TerminalChoice _terminal = TerminalChoice.Of(Environment.GetEnvironmentVariable);
    private readonly CommandInfo? _sixel;
    private readonly bool _isPlain;
    private readonly List<TerminalImage> _line = [];
    private TerminalProtocol _protocol;
    private bool _isSheet;
    private bool _hasWarned;

    /// <summary>Finds out how images are written.</summary>
    /// <param name="command">The command.</param>
    /// <param name="wanted">The protocol that is asked for.</param>
    /// <param name="width">The width of each image, in cells; 0 where it is not given.</param>
    /// <exception cref="InvalidInputException">There is no <c>ConvertTo-Sixel</c>, which is asked for.</exception>
    public TerminalWriter(PSCmdlet command, TerminalProtocol wanted, int width)
    {
        (_command, _wanted, _width) = (command, wanted, width);
        _isPlain = PlainOutput.IsWanted(command);
        _sixel = wanted is TerminalProtocol.Auto or TerminalProtocol.Sixel
            ? command.InvokeCommand.GetCommand("ConvertTo-Sixel", CommandTypes.Cmdlet | CommandTypes.Function | CommandTypes.Alias)
            : null;
        if (wanted == TerminalProtocol.Sixel && _sixel is null)
        {
            throw new InvalidInputException(CommandMessages.SixelMissing);
        }

        _protocol = _isPlain ? TerminalProtocol.Link
            : wanted != TerminalProtocol.Auto ? wanted
            : _sixel is not null ? TerminalProtocol.Sixel
            : _terminal.Protocol;
    }

    private int ImageWidth => _width > 0 ? _width : _isSheet ? SheetWidth : AloneWidth;

    private TerminalSheet Sheet => new(_protocol, WindowSize.Width, WindowSize.Height) { IsInTmux = _terminal.IsInTmux };

    // A host without a window says nothing, or zero.
    private (int Width, int Height) WindowSize
    {
        get
        {
            try
            {
                return _command.Host.UI.RawUI?.WindowSize is { Width: > 0, Height: > 0 } size ? (size.Width, size.Height) : (80, 24);
            }
            catch (System.Management.Automation.Host.HostException)
            {
                return (80, 24);
            }
        }
    }

    /// <summary>Writes an image, together with those that stand beside it.</summary>
    public void Write(TerminalImage image)
    {
        // One image may be larger than several, so the first one waits for a second.
        _isSheet |= _line.Count > 0;
        if (_line.Count >= Sheet.PerLine(ImageWidth))
        {
            Finish();
        }

        _line.Add(image);
    }

    /// <summary>Writes the images that have waited for others.</summary>
    public void Finish()
    {
        if (_line.Count > 0 && _line.TrueForAll(IsShown))
        {
            _command.Host.UI.Write(Sheet.Line(_line, ImageWidth));
        }
        else
        {
            _line.ForEach(WriteAlone);
        }

        _line.Clear();
    }

    private bool IsShown(TerminalImage image) =>
        _protocol == TerminalProtocol.ITerm2 || (_protocol == TerminalProtocol.Kitty && image.IsPng);

    private void WriteAlone(TerminalImage image)
    {
        if (_protocol == TerminalProtocol.Sixel && Sixel(image) is { } sixel)
        {
            _command.Host.UI.Write(sixel.EndsWith('\n') ? sixel : sixel + "\n");
        }
        else if (IsShown(image))
        {
            _command.Host.UI.Write(Sheet.Line([image], ImageWidth));
            return;
        }
        else
        {
            Explain(image);
        }

        var path = string.Concat(image.Path.Where(letter => !char.IsControl(letter)));
        _command.Host.UI.Write((_isPlain ? path : TerminalLink.To(image.Path, path)) + "\n");
    }

    // Null where the command could not do it; then, and from there on, the terminal's own protocol is used.
    private string? Sixel(TerminalImage image)
    {
        var given = new Hashtable { ["Path"] = image.Path };
        if (_width > 0 || _isSheet)
        {
            given["Width"] = Math.Min(ImageWidth, WindowSize.Width);
        }

        string trouble;
        try
        {
            var said = _command.InvokeCommand.InvokeScript(_command.SessionState, Convert, _sixel, given).Select(BoundValue.Plain).ToList();
            if (string.Concat(said.OfType<string>()) is { Length: > 0 } text)
            {
                return text;
            }

            trouble = said.OfType<ErrorRecord>().FirstOrDefault()?.Exception.Message ?? CommandMessages.SixelSaidNothing;
        }
        catch (RuntimeException error) when (error is not PipelineStoppedException)
        {
            trouble = error.Message;
        }

        _protocol = _wanted == TerminalProtocol.Sixel ? TerminalProtocol.Link : _terminal.Protocol;
        _hasWarned = true;
        _command.WriteWarning(CommandMessages.SixelFailed.With(PlainText.Line(trouble)));
        return null;
    }

    private void Explain(TerminalImage image)
    {
        if (_hasWarned || _wanted == TerminalProtocol.Link)
        {
            return;
        }

        _hasWarned = true;
        _command.WriteWarning(_protocol == TerminalProtocol.Kitty
            ? CommandMessages.KittyTakesPng.With(image.ContentType)
            : CommandMessages.TerminalUnknown.With(PlainText.Brief(_terminal.Name ?? CommandMessages.TerminalNameless)));
    }
}
