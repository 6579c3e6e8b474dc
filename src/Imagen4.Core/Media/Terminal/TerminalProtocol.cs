namespace Imagen4.Core.Media.Terminal;

/// <summary>How a terminal is sent images.</summary>
public enum TerminalProtocol
{
    /// <summary>Whatever the terminal is known to take.</summary>
    Auto,

    /// <summary>Sixel, or what else the user's own <c>ConvertTo-Sixel</c> makes for the terminal.</summary>
    Sixel,

    /// <summary>iTerm2's inline images, which take the bytes of a file.</summary>
    ITerm2,

    /// <summary>The graphics protocol of kitty, which takes PNG.</summary>
    Kitty,

    /// <summary>No image, but a link to the file.</summary>
    Link,
}
