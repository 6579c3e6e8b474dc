namespace Imagen4;

/// <summary>What was fetched is not a whole image.</summary>
public sealed class InvalidMediaException : ImagenException
{
    /// <inheritdoc/>
    public InvalidMediaException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
