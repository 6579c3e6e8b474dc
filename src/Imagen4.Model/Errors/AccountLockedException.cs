namespace Imagen4;

/// <summary>The host refuses the account (402, 403); the message carries its reason verbatim.</summary>
public sealed class AccountLockedException : ImagenException
{
    /// <inheritdoc/>
    public AccountLockedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
