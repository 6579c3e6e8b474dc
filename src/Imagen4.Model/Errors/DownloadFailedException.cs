namespace Imagen4;

/// <summary>An image could not be fetched or written.</summary>
public sealed class DownloadFailedException : ImagenException
{
    /// <inheritdoc/>
    public DownloadFailedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
