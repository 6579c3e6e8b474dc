namespace Imagen4;

/// <summary>The host has no way to cancel a request.</summary>
public sealed class CancelNotSupportedException : ImagenException
{
    /// <inheritdoc/>
    public CancelNotSupportedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
