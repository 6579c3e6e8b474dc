namespace Imagen4;

/// <summary>The wait for a request was given up; the request itself goes on.</summary>
public sealed class WaitTimeoutException : ImagenException
{
    /// <inheritdoc/>
    public WaitTimeoutException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
