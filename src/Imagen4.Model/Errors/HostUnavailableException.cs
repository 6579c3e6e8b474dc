namespace Imagen4;

/// <summary>The host cannot be reached, or keeps answering with a server error.</summary>
public sealed class HostUnavailableException : ImagenException
{
    /// <inheritdoc/>
    public HostUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
