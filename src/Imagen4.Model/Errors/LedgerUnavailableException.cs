namespace Imagen4;

/// <summary>The ledger cannot be read or written, so that nothing may be paid for.</summary>
public sealed class LedgerUnavailableException : ImagenException
{
    /// <inheritdoc/>
    public LedgerUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
