namespace Imagen4;

/// <summary>The host kept answering 429 until the retry budget was spent.</summary>
public sealed class RateLimitedException : ImagenException
{
    /// <inheritdoc/>
    public RateLimitedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
