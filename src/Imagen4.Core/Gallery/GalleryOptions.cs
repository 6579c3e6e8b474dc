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

    /// <summary>Whether it belongs to a directory of images, and has its name there.</summary>
    internal bool IsOfDirectory { get; init; }
}

/// <summary>What came of writing a gallery.</summary>
/// <param name="File">The page.</param>
/// <param name="Unread">The images that could not be read, so that their cards have none.</param>
public sealed record GalleryOutcome(FileInfo File, IReadOnlyList<UnreadImage> Unread);

/// <summary>An image that could not be read.</summary>
/// <param name="Reason">Its file, and why.</param>
/// <param name="RequestId">The host's id of its request; null where that is not known.</param>
public sealed record UnreadImage(string Reason, string? RequestId);
