namespace Imagen4;

/// <summary>No API key was found for a provider that needs one.</summary>
public sealed class ApiKeyMissingException : ImagenException
{
    /// <inheritdoc/>
    public ApiKeyMissingException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
