namespace Imagen4;

/// <summary>The host does not know the request, or no longer does.</summary>
public sealed class RequestNotFoundException : ImagenException
{
    /// <inheritdoc/>
    public RequestNotFoundException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
