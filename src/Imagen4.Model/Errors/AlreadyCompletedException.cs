namespace Imagen4;

/// <summary>The request had ended before it could be cancelled.</summary>
public sealed class AlreadyCompletedException : ImagenException
{
    /// <inheritdoc/>
    public AlreadyCompletedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
