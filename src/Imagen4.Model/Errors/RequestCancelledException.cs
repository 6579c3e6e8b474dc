namespace Imagen4;

/// <summary>The request was cancelled at the host before it was done.</summary>
public sealed class RequestCancelledException : ImagenException
{
    /// <inheritdoc/>
    public RequestCancelledException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
