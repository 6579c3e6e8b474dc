namespace Imagen4.Core.Gallery;

/// <summary>The images of a folder, with what the files beside them say of how they were made.</summary>
/// <param name="warn">Receives what the user should know.</param>
public sealed class ImageFolder(Action<string> warn)
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif"];

    /// <summary>Whether a file is an image by its name.</summary>
    public static bool IsImage(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>The images of a folder and the folders in it, by their names. Hidden ones are left out.</summary>
    /// <exception cref="InvalidInputException">There is no such folder, or it cannot be read.</exception>
    public static IReadOnlyList<string> Find(string folder)
    {
        try
        {
            var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
            return [.. Directory.EnumerateFiles(folder, "*", options).Where(IsImage).Order(StringComparer.OrdinalIgnoreCase)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(error.Message, error);
        }
    }

    /// <summary>The card of an image. What the file beside it says is taken as far as it can be read.</summary>
    public async Task<GalleryCard> ReadAsync(string path, CancellationToken cancellation)
    {
        var facts = await SidecarFile.ReadAsync(path, warn, cancellation).ConfigureAwait(false);
        var image = new ImagenImage
        {
            Path = path,
            Width = facts.Number("Width"),
            Height = facts.Number("Height"),
            Sha256 = facts.Text("Sha256"),
        };
        return GalleryCard.Of(facts.Text, [image])[0];
    }
}
