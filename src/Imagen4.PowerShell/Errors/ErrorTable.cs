using System.Management.Automation;
using Imagen4.Core;

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
        ApiKeyMissingException => new("ApiKeyMissing", ErrorCategory.AuthenticationError, Messages.AdviceApiKeyMissing),
        AuthenticationFailedException =>
            new("AuthenticationFailed", ErrorCategory.AuthenticationError, Messages.AdviceAuthenticationFailed),
        AccountLockedException => new("AccountLocked", ErrorCategory.PermissionDenied, Messages.AdviceAccountLocked),
        InvalidInputException => new("InvalidInput", ErrorCategory.InvalidArgument, Messages.AdviceInvalidInput),
        ContentPolicyViolationException =>
            new("ContentPolicyViolation", ErrorCategory.PermissionDenied, Messages.AdviceContentPolicyViolation),
        ModelNotAvailableException => new("ModelNotAvailable", ErrorCategory.ObjectNotFound, Messages.AdviceModelNotAvailable),
        RequestNotFoundException => new("RequestNotFound", ErrorCategory.ObjectNotFound, NotFound(error)),
        RateLimitedException => new("RateLimited", ErrorCategory.LimitsExceeded, Messages.AdviceRateLimited),
        SubmissionInDoubtException => new("SubmissionInDoubt", ErrorCategory.ResourceUnavailable, Messages.AdviceSubmissionInDoubt),
        HostUnavailableException => new("HostUnavailable", ErrorCategory.ConnectionError, Messages.AdviceHostUnavailable),
        LedgerUnavailableException => new("LedgerUnavailable", ErrorCategory.WriteError, Messages.AdviceLedgerUnavailable),
        RequestFailedException => new("RequestFailed", ErrorCategory.InvalidResult, Messages.AdviceRequestFailed),
        RequestCancelledException => new("RequestCancelled", ErrorCategory.OperationStopped, Messages.AdviceRequestCancelled),
        WaitTimeoutException => new("WaitTimeout", ErrorCategory.OperationTimeout, Messages.AdviceWaitTimeout),
        InvalidResponseException => new("InvalidResponse", ErrorCategory.InvalidData, Messages.AdviceInvalidResponse),
        DownloadFailedException => new("DownloadFailed", ErrorCategory.WriteError, Messages.AdviceDownloadFailed),
        InvalidMediaException => new("InvalidMedia", ErrorCategory.WriteError, Messages.AdviceInvalidMedia),
        FileExistsException => new("FileExists", ErrorCategory.WriteError, Messages.AdviceFileExists),
        CancelNotSupportedException => new("CancelNotSupported", ErrorCategory.InvalidOperation, Messages.AdviceCancelNotSupported),
        AlreadyCompletedException => new("AlreadyCompleted", ErrorCategory.InvalidOperation, Messages.AdviceAlreadyCompleted),
        WebhookInvalidException => new("WebhookInvalid", ErrorCategory.SecurityError, Messages.AdviceWebhookInvalid),
        PriceUnknownException => new("PriceUnknown", ErrorCategory.ObjectNotFound, Messages.AdvicePriceUnknown),
        EmulatorUnavailableException => new("EmulatorUnavailable", ErrorCategory.ResourceUnavailable, Messages.AdviceEmulatorUnavailable),
        _ => new("Unexpected", ErrorCategory.NotSpecified, null),
    };

    // A request of an earlier run has the host's word for it inside; its id was never in the user's hands.
    private static string NotFound(Exception error) =>
        error.InnerException is RequestNotFoundException ? Messages.AdviceContinuedNotFound : Messages.AdviceRequestNotFound;
}

/// <summary>What a kind of error is in PowerShell.</summary>
/// <param name="Id">The stable first part of the fully qualified error id.</param>
/// <param name="Category">The category.</param>
/// <param name="Advice">What to do about it.</param>
internal sealed record ErrorEntry(string Id, ErrorCategory Category, string? Advice);
