namespace Imagen4;

/// <summary>The host answered something that is not what its protocol says.</summary>
public sealed class InvalidResponseException : ImagenException
{
    /// <inheritdoc/>
    public InvalidResponseException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
