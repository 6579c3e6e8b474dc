using System.Management.Automation;
using Imagen4.Core.Media.Terminal;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>The line a command ends with. A terminal gets the file that it names as a link; variables and logs get plain text.</summary>
internal sealed class SummaryLine : HostInformationMessage
{
    private readonly string _text;

    /// <summary>Makes the line.</summary>
    /// <param name="text">What it says.</param>
    /// <param name="file">The full path of a file that it names; null for none.</param>
    /// <param name="hasLinks">Whether what shows it has links.</param>
    public SummaryLine(string text, string? file, bool hasLinks) =>
        (_text, Message) = (text, hasLinks && file is not null ? text.Replace(file, TerminalLink.To(file, file), StringComparison.Ordinal) : text);

    /// <inheritdoc/>
    public override string ToString() => _text;
}
