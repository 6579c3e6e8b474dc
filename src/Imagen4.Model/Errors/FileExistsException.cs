namespace Imagen4;

/// <summary>A file is in the way, and overwriting was not asked for.</summary>
public sealed class FileExistsException : ImagenException
{
    /// <inheritdoc/>
    public FileExistsException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
