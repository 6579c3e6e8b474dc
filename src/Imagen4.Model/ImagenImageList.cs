namespace Imagen4;

/// <summary>The images of a result. As text (in a CSV cell) it is their paths: <c>a.png; b.png</c>.</summary>
#pragma warning disable CA1710 // A list is what PowerShell users call it, and the name is part of their scripts.
public sealed class ImagenImageList : List<ImagenImage>
#pragma warning restore CA1710
{
    /// <summary>The paths (or addresses) of the images, separated by a semicolon and a blank.</summary>
    public override string ToString() => string.Join("; ", this);
}
