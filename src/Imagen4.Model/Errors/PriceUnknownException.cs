namespace Imagen4;

/// <summary>Neither the host nor the provider's profile says what a model costs.</summary>
public sealed class PriceUnknownException : ImagenException
{
    /// <inheritdoc/>
    public PriceUnknownException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
