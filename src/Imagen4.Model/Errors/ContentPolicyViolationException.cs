namespace Imagen4;

/// <summary>The model's checker refused the prompt or the image.</summary>
public sealed class ContentPolicyViolationException : ImagenException
{
    /// <inheritdoc/>
    public ContentPolicyViolationException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
