namespace Imagen4;

/// <summary>A webhook is not from the host it is said to be from, was changed on the way, or is too old.</summary>
public sealed class WebhookInvalidException : ImagenException
{
    /// <inheritdoc/>
    public WebhookInvalidException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
