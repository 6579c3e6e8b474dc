namespace Imagen4.Emulator.Faults;

/// <summary>What becomes of a connection whose answer is cut.</summary>
internal enum Ending
{
    /// <summary>RST: the other side gets an error, and may lose what it had not read.</summary>
    Reset,

    /// <summary>FIN: the other side reads to the end of what was sent.</summary>
    Close,

    /// <summary>Nothing: it stays open, and nothing comes.</summary>
    Silence,
}
