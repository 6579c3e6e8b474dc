namespace Imagen4;

/// <summary>One image of a result.</summary>
public sealed class ImagenImage
{
    /// <summary>The number of the image within its result, from 1.</summary>
    public int Index { get; set; }

    /// <summary>The full path of the file, when it was saved.</summary>
    public string? Path { get; set; }

    /// <summary>Where the host serves the image. Absent when the image came inside the answer and was saved.</summary>
    public string? Uri { get; set; }

    /// <summary>The media type: of the bytes once saved, before that what the host says.</summary>
    public string? ContentType { get; set; }

    /// <summary>The host's own name for the file. It is never used as a path.</summary>
    public string? FileName { get; set; }

    /// <summary>The size in bytes.</summary>
    public long? FileSize { get; set; }

    /// <summary>The width in pixels.</summary>
    public int? Width { get; set; }

    /// <summary>The height in pixels.</summary>
    public int? Height { get; set; }

    /// <summary>When the saved file was last written to, in UTC: until that changes, it is what was saved.</summary>
    public DateTime? SavedAt { get; set; }

    /// <summary>The SHA-256 of the saved file, in lower-case hexadecimal digits.</summary>
    public string? Sha256 { get; set; }

    /// <summary>What the host says of the file besides, as JSON text of one object.</summary>
    public string? AdditionalOutput { get; set; }

    /// <summary>The path, else the address: an address that carries the image itself is cut short.</summary>
    public override string ToString() =>
        Path ?? (Uri is { Length: > 200 } && Uri.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? "data:…" : Uri) ?? "";
}

/// <summary>The images of a result. As text (in a CSV cell) it is their paths: <c>a.png; b.png</c>.</summary>
#pragma warning disable CA1710 // A list is what PowerShell users call it, and the name is part of their scripts.
public sealed class ImagenImageList : List<ImagenImage>
#pragma warning restore CA1710
{
    /// <summary>The paths (or addresses) of the images, separated by a semicolon and a blank.</summary>
    public override string ToString() => string.Join("; ", this);
}
