namespace Imagen4.Core.Media;

/// <summary>A file that images were saved to.</summary>
internal static class SavedFile
{
    /// <summary>Whether the file is there. A link that leads nowhere is none.</summary>
    public static bool Exists(string? path) => path is not null && File.Exists(path)
        && (new FileInfo(path).LinkTarget is null || File.ResolveLinkTarget(path, returnFinalTarget: true) is { Exists: true });
}
