using System.Management.Automation;
using Imagen4.Core.Input;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>Finds the images of a row, by PowerShell's own rules for paths. They are taken literally: a record is no place for wildcards.</summary>
internal static class ImagePaths
{
    /// <summary>The same images with full paths.</summary>
    /// <exception cref="InvalidInputException">A path is none of the file system.</exception>
    public static ImageList Resolve(PathIntrinsics paths, ImageList images) =>
        images.Paths.Count == 0 ? images : images with { Paths = [.. images.Paths.Select(path => Resolve(paths, path))] };

    private static string Resolve(PathIntrinsics paths, string path)
    {
        try
        {
            var full = paths.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
            return provider.Name == "FileSystem"
                ? full
                : throw new InvalidInputException(CommandMessages.ImagePathNotFileSystem.With(PlainText.Brief(path)));
        }
        catch (Exception error) when (error is System.Management.Automation.DriveNotFoundException or ProviderNotFoundException
            or PSNotSupportedException or PSInvalidOperationException or NotSupportedException)
        {
            throw new InvalidInputException(CommandMessages.ImagePathNotFileSystem.With(PlainText.Brief(path)), error);
        }
    }
}
