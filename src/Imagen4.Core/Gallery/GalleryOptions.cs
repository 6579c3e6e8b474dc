namespace Imagen4.Core.Gallery;

/// <summary>How a gallery is written.</summary>
public sealed record GalleryOptions
{
    /// <summary>The heading of the page.</summary>
    public string Title { get; init; } = "Gallery";

    /// <summary>Whether the page refers to the images where they are, instead of carrying them.</summary>
    public bool Link { get; init; }

    /// <summary>Whether a file of other origin is overwritten. A gallery is replaced in any case.</summary>
    public bool Force { get; init; }
}

/// <summary>What came of writing a gallery.</summary>
/// <param name="File">The page.</param>
/// <param name="Unread">The images that could not be read, so that their cards have none: each file with the reason.</param>
public sealed record GalleryOutcome(FileInfo File, IReadOnlyList<string> Unread);
