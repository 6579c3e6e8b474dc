namespace Imagen4.Core.Media;

/// <summary>A file that images were saved to.</summary>
internal static class SavedFile
{
    /// <summary>Whether the file is there. A link that leads nowhere is none.</summary>
    public static bool Exists(string? path) => Find(path) is not null;

    /// <summary>The file, or what it is a link to; null where there is none.</summary>
    public static FileInfo? Find(string? path)
    {
        if (path is null || !File.Exists(path))
        {
            return null;
        }

        try
        {
            var file = new FileInfo(path);
            return file.LinkTarget is null ? file
                : File.ResolveLinkTarget(path, returnFinalTarget: true) is FileInfo { Exists: true } target ? target
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A link that leads back to itself.
            return null;
        }
    }
}
