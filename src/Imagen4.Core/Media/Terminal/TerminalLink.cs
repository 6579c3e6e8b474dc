namespace Imagen4.Core.Media.Terminal;

/// <summary>Text of a terminal that is a link to a file (OSC 8). A terminal that knows no links shows the text alone.</summary>
public static class TerminalLink
{
    /// <summary>A link.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <param name="text">What is shown.</param>
    public static string To(string path, string text) => $"\e]8;;{new Uri(path).AbsoluteUri}\e\\{text}\e]8;;\e\\";
}
