namespace Imagen4;

/// <summary>The emulator cannot be started, or has ended.</summary>
public sealed class EmulatorUnavailableException : ImagenException
{
    /// <inheritdoc/>
    public EmulatorUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
