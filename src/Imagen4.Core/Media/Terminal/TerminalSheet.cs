using System.Globalization;
using System.Text;
using Imagen4.Core.Text;

namespace Imagen4.Core.Media.Terminal;

/// <summary>Lays images out in the cells of a terminal: side by side, each with its name below, which is a link to the file.</summary>
/// <param name="protocol">How the terminal is sent images: <see cref="TerminalProtocol.ITerm2"/> or
/// <see cref="TerminalProtocol.Kitty"/>.</param>
/// <param name="columns">The width of the terminal.</param>
/// <param name="rows">Its height.</param>
public sealed class TerminalSheet(TerminalProtocol protocol, int columns, int rows)
{
    private const int Gap = 2;

    // What is above an image has to stay on the screen: the cursor goes back to it.
    private const int RowsForText = 3;

    /// <summary>Whether tmux stands between, which passes on only what is marked for it.</summary>
    public bool IsInTmux { get; init; }

    /// <summary>How many images of a width fit side by side. In tmux it is one: it does not keep track of where images are.</summary>
    public int PerLine(int width) => IsInTmux ? 1 : Math.Max(1, (columns + Gap) / (Math.Min(width, columns) + Gap));

    /// <summary>The text that shows a line of images. It begins and ends at the start of a line.</summary>
    /// <param name="images">The images, as many as fit.</param>
    /// <param name="width">How many cells each is wide.</param>
    public string Line(IReadOnlyList<TerminalImage> images, int width)
    {
        width = Math.Min(width, columns);
        var boxes = images.Select(image => image.Fit(width, Math.Max(1, rows - RowsForText))).ToList();

        // Cells of another shape than expected make an image of kitty's a little higher.
        var height = boxes.Max(box => box.Rows) + (protocol == TerminalProtocol.Kitty ? 1 : 0);
        var text = new StringBuilder();

        // First the room, so that nothing scrolls while images are placed.
        text.Append('\n', height).Append(CultureInfo.InvariantCulture, $"\e[{height}A");
        for (var at = 0; at < images.Count; at++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\e[{Start(at, width)}G");

            // What tmux draws itself brings the cursor of the terminal behind it to where the image goes.
            text.Append(IsInTmux ? " \b\e7" : "\e7").Append(Image(images[at], boxes[at])).Append("\e8");
        }

        text.Append(CultureInfo.InvariantCulture, $"\e[{height}B\r");
        for (var at = 0; at < images.Count; at++)
        {
            var name = PlainText.Brief(Path.GetFileName(images[at].Path));
            var shown = name.Length > width ? $"{name[..(width - 1)]}…" : name;
            text.Append(CultureInfo.InvariantCulture, $"\e[{Start(at, width)}G").Append(TerminalLink.To(images[at].Path, shown));
        }

        return text.Append('\n').ToString();
    }

    private static int Start(int number, int width) => (number * (width + Gap)) + 1;

    private string Image(TerminalImage image, (int Columns, int Rows) box)
    {
        IEnumerable<string> pieces = protocol == TerminalProtocol.Kitty
            ? image.ForKitty(box.Columns)
            : [image.ForITerm2(box.Columns, box.Rows)];
        return string.Concat(IsInTmux ? pieces.Select(ForTmux) : pieces);
    }

    // tmux(1), allow-passthrough: every escape inside is doubled.
    private static string ForTmux(string sequence) => $"\ePtmux;{sequence.Replace("\e", "\e\e", StringComparison.Ordinal)}\e\\";
}
