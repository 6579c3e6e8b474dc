namespace Imagen4;

/// <summary>A file in the storage of a host. Whoever knows its address can read it.</summary>
public sealed class ImagenFile
{
    /// <summary>The address that models read it at.</summary>
    public string Uri { get; set; } = "";

    /// <summary>The full path of the local file.</summary>
    public string Path { get; set; } = "";

    /// <summary>The name it was uploaded by.</summary>
    public string FileName { get; set; } = "";

    /// <summary>How many bytes it has.</summary>
    public long Size { get; set; }

    /// <summary>The media type it was uploaded as.</summary>
    public string ContentType { get; set; } = "";

    /// <summary>The SHA-256 of its bytes, in hexadecimal.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>The provider that has it.</summary>
    public string Provider { get; set; } = "";

    /// <summary>Until when the host was asked to keep it, in UTC; null where nothing was asked.</summary>
    public DateTime? ExpiresAt { get; set; }

    /// <summary>The address.</summary>
    public override string ToString() => Uri;
}
