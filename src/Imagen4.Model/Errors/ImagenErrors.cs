namespace Imagen4;

/// <summary>The host refuses the account (402, 403); the message carries its reason verbatim.</summary>
public sealed class AccountLockedException(string message, Exception? inner = null) : ImagenException(message, inner);

/// <summary>The request had ended before it could be cancelled.</summary>
public sealed class AlreadyCompletedException(string message, Exception? inner = null) : ImagenException(message, inner);

/// <summary>No API key was found for a provider that needs one.</summary>
public sealed class ApiKeyMissingException(string message, Exception? inner = null) : ImagenException(message, inner);

/// <summary>The host did not accept the key (401), or the key cannot be one.</summary>
public sealed class AuthenticationFailedException(string message, Exception? inner = null) : ImagenException(message, inner);

/// <summary>The host has no way to cancel a request.</summary>
public sealed class CancelNotSupportedException(string message, Exception? inner = null) : ImagenException(message, inner);

/// <summary>The model's checker refused the prompt or the image.</summary>
public sealed class ContentPolicyViolationException(string message, Exception? inner = null) : ImagenException(message, inner);

/// <summary>An image could not be fetched or written.</summary>
public sealed class DownloadFailedException(string message, Exception? inner = null) : ImagenException(message, inner)
{
    /// <summary>The limit, in bytes, that the image is larger than; null where it failed for another reason.</summary>
    public long? Limit { get; init; }

    /// <summary>Whether nothing is ever fetched from the address that the host gave out.</summary>
    public bool IsAddressRefused { get; init; }
}

/// <summary>The emulator cannot be started, or has ended.</summary>
public sealed class EmulatorUnavailableException(string message, Exception? inner = null) : ImagenException(message, inner);

/// <summary>Rows were held back, because the cost of the batch could have passed its limit with them.</summary>
public sealed class CostLimitReachedException(string message, Exception? inner = null) : ImagenException(message, inner);

/// <summary>A file is in the way, and overwriting was not asked for.</summary>
public sealed class FileExistsException(string message, Exception? inner = null) : ImagenException(message, inner)
{
    /// <summary>The full path of the file, where it was found before anything was sent.</summary>
    public string? File { get; init; }
}

/// <summary>The host cannot be reached, or keeps answering with a server error.</summary>
public sealed class HostUnavailableException(string message, Exception? inner = null) : ImagenException(message, inner);

/// <summary>A value that the module, the host or the model does not take.</summary>
public sealed class InvalidInputException(string message, Exception? inner = null) : ImagenException(message, inner)
{
    /// <summary>The parameter that does not take the value, where it is about one.</summary>
    public string? Parameter { get; init; }
}

/// <summary>What was fetched is not a whole image.</summary>
public sealed class InvalidMediaException(string message, Exception? inner = null) : ImagenException(message, inner)
{
    /// <summary>Whether the file begins like an image and ends too early: another transfer may bring all of it.</summary>
    public bool IsCut { get; init; }
}

/// <summary>The host answered something that is not what its protocol says.</summary>
public sealed class InvalidResponseException(string message, Exception? inner = null) : ImagenException(message, inner);

/// <summary>The ledger cannot be read or written, so that nothing may be paid for.</summary>
public sealed class LedgerUnavailableException(string message, Exception? inner = null) : ImagenException(message, inner)
{
    /// <summary>Whether the ledger is there and is damaged.</summary>
    public bool IsDamaged { get; init; }
}

/// <summary>The endpoint id is unknown or retired.</summary>
public sealed class ModelNotAvailableException(string message, Exception? inner = null) : ImagenException(message, inner);

/// <summary>Neither the host nor the provider's profile says what a model costs.</summary>
public sealed class PriceUnknownException(string message, Exception? inner = null) : ImagenException(message, inner);

/// <summary>The host kept answering 429 until the retry budget was spent.</summary>
public sealed class RateLimitedException(string message, Exception? inner = null) : ImagenException(message, inner);

/// <summary>The request was cancelled at the host before it was done.</summary>
public sealed class RequestCancelledException(string message, Exception? inner = null) : ImagenException(message, inner);

/// <summary>The host ran the request and failed.</summary>
public sealed class RequestFailedException(string message, Exception? inner = null) : ImagenException(message, inner);

/// <summary>The host does not know the request, or no longer does.</summary>
public sealed class RequestNotFoundException(string message, Exception? inner = null) : ImagenException(message, inner);

/// <summary>A paid POST whose fate is unknown. It is never sent again automatically.</summary>
public sealed class SubmissionInDoubtException(string message, Exception? inner = null) : ImagenException(message, inner);

/// <summary>The host's storage did not take a file.</summary>
public sealed class UploadFailedException(string message, Exception? inner = null) : ImagenException(message, inner);

/// <summary>The wait for a request was given up; the request itself goes on.</summary>
public sealed class WaitTimeoutException(string message, Exception? inner = null) : ImagenException(message, inner);

/// <summary>A webhook is not from the host it is said to be from, was changed on the way, or is too old.</summary>
public sealed class WebhookInvalidException(string message, Exception? inner = null) : ImagenException(message, inner);
