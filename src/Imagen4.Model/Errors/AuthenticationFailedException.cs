namespace Imagen4;

/// <summary>The host did not accept the key (401), or the key cannot be one.</summary>
public sealed class AuthenticationFailedException : ImagenException
{
    /// <inheritdoc/>
    public AuthenticationFailedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
