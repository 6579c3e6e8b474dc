namespace Imagen4;

/// <summary>The endpoint id is unknown or retired.</summary>
public sealed class ModelNotAvailableException : ImagenException
{
    /// <inheritdoc/>
    public ModelNotAvailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
