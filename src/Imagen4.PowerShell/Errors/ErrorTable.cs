using System.Management.Automation;

namespace Imagen4.PowerShell.Errors;

/// <summary>The one table that says what an exception is in PowerShell: its id, its category and its advice.</summary>
internal static class ErrorTable
{
    /// <summary>The error record for an exception.</summary>
    /// <param name="error">The exception.</param>
    /// <param name="target">The record it is about.</param>
    public static ErrorRecord Record(Exception error, object? target)
    {
        var entry = Find(error);
        var record = new ErrorRecord(error, entry.Id, entry.Category, target);
        if (entry.Advice is not null)
        {
            record.ErrorDetails = new ErrorDetails(error.Message) { RecommendedAction = entry.Advice };
        }

        return record;
    }

    private static ErrorEntry Find(Exception error) => error switch
    {
        ApiKeyMissingException => new("ApiKeyMissing", ErrorCategory.AuthenticationError, CommandMessages.AdviceApiKeyMissing),
        AuthenticationFailedException =>
            new("AuthenticationFailed", ErrorCategory.AuthenticationError, CommandMessages.AdviceAuthenticationFailed),
        AccountLockedException => new("AccountLocked", ErrorCategory.PermissionDenied, CommandMessages.AdviceAccountLocked),
        InvalidInputException => new("InvalidInput", ErrorCategory.InvalidArgument, CommandMessages.AdviceInvalidInput),
        ContentPolicyViolationException =>
            new("ContentPolicyViolation", ErrorCategory.PermissionDenied, CommandMessages.AdviceContentPolicyViolation),
        ModelNotAvailableException => new("ModelNotAvailable", ErrorCategory.ObjectNotFound, CommandMessages.AdviceModelNotAvailable),
        RequestNotFoundException => new("RequestNotFound", ErrorCategory.ObjectNotFound, NotFound(error)),
        RateLimitedException => new("RateLimited", ErrorCategory.LimitsExceeded, CommandMessages.AdviceRateLimited),
        SubmissionInDoubtException => new("SubmissionInDoubt", ErrorCategory.ResourceUnavailable, CommandMessages.AdviceSubmissionInDoubt),
        HostUnavailableException => new("HostUnavailable", ErrorCategory.ConnectionError, CommandMessages.AdviceHostUnavailable),
        LedgerUnavailableException => new("LedgerUnavailable", ErrorCategory.WriteError, CommandMessages.AdviceLedgerUnavailable),
        RequestFailedException => new("RequestFailed", ErrorCategory.InvalidResult, CommandMessages.AdviceRequestFailed),
        RequestCancelledException => new("RequestCancelled", ErrorCategory.OperationStopped, CommandMessages.AdviceRequestCancelled),
        WaitTimeoutException => new("WaitTimeout", ErrorCategory.OperationTimeout, CommandMessages.AdviceWaitTimeout),
        InvalidResponseException => new("InvalidResponse", ErrorCategory.InvalidData, CommandMessages.AdviceInvalidResponse),
        DownloadFailedException => new("DownloadFailed", ErrorCategory.WriteError, CommandMessages.AdviceDownloadFailed),
        UploadFailedException => new("UploadFailed", ErrorCategory.WriteError, CommandMessages.AdviceUploadFailed),
        InvalidMediaException => new("InvalidMedia", ErrorCategory.WriteError, CommandMessages.AdviceInvalidMedia),
        FileExistsException => new("FileExists", ErrorCategory.WriteError, CommandMessages.AdviceFileExists),
        CancelNotSupportedException => new("CancelNotSupported", ErrorCategory.InvalidOperation, CommandMessages.AdviceCancelNotSupported),
        AlreadyCompletedException => new("AlreadyCompleted", ErrorCategory.InvalidOperation, CommandMessages.AdviceAlreadyCompleted),
        WebhookInvalidException => new("WebhookInvalid", ErrorCategory.SecurityError, CommandMessages.AdviceWebhookInvalid),
        PriceUnknownException => new("PriceUnknown", ErrorCategory.ObjectNotFound, CommandMessages.AdvicePriceUnknown),
        EmulatorUnavailableException =>
            new("EmulatorUnavailable", ErrorCategory.ResourceUnavailable, CommandMessages.AdviceEmulatorUnavailable),
        _ => new("Unexpected", ErrorCategory.NotSpecified, null),
    };

    // A request of an earlier run has the host's word for it inside; its id was never in the user's hands.
    private static string NotFound(Exception error) =>
        error.InnerException is RequestNotFoundException ? CommandMessages.AdviceContinuedNotFound : CommandMessages.AdviceRequestNotFound;
}

/// <summary>What a kind of error is in PowerShell.</summary>
/// <param name="Id">The stable first part of the fully qualified error id.</param>
/// <param name="Category">The category.</param>
/// <param name="Advice">What to do about it.</param>
internal sealed record ErrorEntry(string Id, ErrorCategory Category, string? Advice);
