namespace Imagen4;

/// <summary>A value that the module, the host or the model does not take.</summary>
public sealed class InvalidInputException : ImagenException
{
    /// <inheritdoc/>
    public InvalidInputException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
