namespace Imagen4;

/// <summary>The host ran the request and failed.</summary>
public sealed class RequestFailedException : ImagenException
{
    /// <inheritdoc/>
    public RequestFailedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
