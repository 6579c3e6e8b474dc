namespace Imagen4;

/// <summary>A running emulator.</summary>
public sealed class ImagenEmulator
{
    /// <summary>The address it listens on, for clients.</summary>
    public string BaseUri { get; set; } = "";

    /// <summary>A page that shows its queue and its images.</summary>
    public string PageUri { get; set; } = "";

    /// <summary>The bill log: one JSON line for every request it accepted.</summary>
    public string BillLogUri { get; set; } = "";

    /// <summary>The id of its process.</summary>
    public int ProcessId { get; set; }

    /// <summary>The address.</summary>
    public override string ToString() => BaseUri;
}
