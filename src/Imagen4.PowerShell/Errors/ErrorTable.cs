using System.Management.Automation;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Errors;

/// <summary>The one table that says what an exception is in PowerShell: its id, its category and its advice.</summary>
internal static class ErrorTable
{
    /// <summary>The error record for an exception.</summary>
    /// <param name="error">The exception.</param>
    /// <param name="target">The record it is about.</param>
    /// <param name="command">The command that writes it.</param>
    public static ErrorRecord Record(Exception error, object? target, CommandInfo command)
    {
        var entry = Find(error);
        entry = error switch
        {
            ImagenException { NextCommand: { } next } => entry with { Advice = next },
            ImagenException { RefusesInput: true, RequestId: not null } refused when FollowsUp(command) =>
                entry with { Advice = CommandMessages.AdviceRefusedRequest.With(RequestOf(refused)) },
            RequestFailedException or RequestCancelledException when error is ImagenException { RequestId: not null } ended && FollowsUp(command) =>
                entry with { Advice = CommandMessages.AdviceFailedRequest.With(RequestOf(ended)) },
            InvalidInputException wrong => entry with { Advice = Correction(wrong, command) },
            FileExistsException when Takes(command, "Prompt") => entry with { Advice = CommandMessages.AdviceFileExistsOfRow },
            FileExistsException when !Takes(command, "OutputDirectory") => entry with { Advice = CommandMessages.AdvicePageExists },
            _ => entry,
        };

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
            new("AuthenticationFailed", ErrorCategory.AuthenticationError, IsAtHost(error)
                ? CommandMessages.AdviceAuthenticationFailedOfRequest.With(Named(error))
                : CommandMessages.AdviceAuthenticationFailed),
        AccountLockedException => new("AccountLocked", ErrorCategory.PermissionDenied, CommandMessages.AdviceAccountLocked),
        InvalidInputException => new("InvalidInput", ErrorCategory.InvalidArgument, null),
        ContentPolicyViolationException =>
            new("ContentPolicyViolation", ErrorCategory.PermissionDenied, CommandMessages.AdviceContentPolicyViolation),
        ModelNotAvailableException => new("ModelNotAvailable", ErrorCategory.ObjectNotFound, CommandMessages.AdviceModelNotAvailable),
        RequestNotFoundException => new("RequestNotFound", ErrorCategory.ObjectNotFound, NotFound(error)),
        RateLimitedException => new("RateLimited", ErrorCategory.LimitsExceeded, IsAtHost(error)
            ? CommandMessages.AdviceRateLimitedOfRequest.With(Named(error))
            : CommandMessages.AdviceRateLimited),
        CostLimitReachedException => new("CostLimitReached", ErrorCategory.LimitsExceeded, CommandMessages.AdviceCostLimitReached),
        SubmissionInDoubtException => new("SubmissionInDoubt", ErrorCategory.ResourceUnavailable, CommandMessages.AdviceSubmissionInDoubt),
        HostUnavailableException => new("HostUnavailable", ErrorCategory.ConnectionError, Unreached(error)),
        LedgerUnavailableException ledger => new("LedgerUnavailable", ErrorCategory.WriteError, WithoutLedger(ledger)),
        RequestFailedException => new("RequestFailed", ErrorCategory.InvalidResult, CommandMessages.AdviceRequestFailed),
        RequestCancelledException => new("RequestCancelled", ErrorCategory.OperationStopped, CommandMessages.AdviceRequestCancelled),
        WaitTimeoutException => new("WaitTimeout", ErrorCategory.OperationTimeout, CommandMessages.AdviceWaitTimeout),
        InvalidResponseException => new("InvalidResponse", ErrorCategory.InvalidData, IsAtHost(error)
            ? CommandMessages.AdviceInvalidResponseOfRequest.With(Named(error))
            : CommandMessages.AdviceInvalidResponse),
        DownloadFailedException failed => new("DownloadFailed", ErrorCategory.WriteError, NotDownloaded(failed)),
        UploadFailedException => new("UploadFailed", ErrorCategory.WriteError, CommandMessages.AdviceUploadFailed),
        InvalidMediaException => new("InvalidMedia", ErrorCategory.WriteError, CommandMessages.AdviceInvalidMedia.With(Named(error))),
        FileExistsException => new("FileExists", ErrorCategory.WriteError, CommandMessages.AdviceFileExists),
        CancelNotSupportedException => new("CancelNotSupported", ErrorCategory.InvalidOperation, CommandMessages.AdviceCancelNotSupported.With(Named(error))),
        AlreadyCompletedException => new("AlreadyCompleted", ErrorCategory.InvalidOperation, CommandMessages.AdviceAlreadyCompleted.With(Named(error))),
        WebhookInvalidException => new("WebhookInvalid", ErrorCategory.SecurityError, CommandMessages.AdviceWebhookInvalid),
        PriceUnknownException => new("PriceUnknown", ErrorCategory.ObjectNotFound, CommandMessages.AdvicePriceUnknown.With(Of(error))),
        EmulatorUnavailableException =>
            new("EmulatorUnavailable", ErrorCategory.ResourceUnavailable, CommandMessages.AdviceEmulatorUnavailable),
        _ => new("Unexpected", ErrorCategory.NotSpecified, null),
    };

    // The message says what is wrong; where what is right is found depends on what it is about.
    private static string Correction(InvalidInputException error, CommandInfo command) => error switch
    {
        { RefusesInput: true } => CommandMessages.AdviceInputRefused,
        { Model: { } model } => (Takes(command, "SkipInputCheck")
            ? CommandMessages.AdviceModelInputsSkip
            : CommandMessages.AdviceModelInputs).With(CommandText.Argument(model)),
        { Parameter: "Provider" } => CommandMessages.AdviceProvider,
        { Parameter: "OutputDirectory" } => CommandMessages.AdviceOutputDirectory,
        { Parameter: { } name } when Takes(command, name) => CommandMessages.AdviceParameter.With(command.Name, name),
        _ => CommandMessages.AdviceInvalidInput,
    };

    private static string NotDownloaded(DownloadFailedException error) => error switch
    {
        { Limit: { } limit } => TooLarge(error, limit),
        { IsAddressRefused: true } => CommandMessages.AdviceAddressRefused.With(Named(error)),
        _ => CommandMessages.AdviceDownloadFailed.With(Named(error)),
    };

    private static string WithoutLedger(LedgerUnavailableException error) =>
        error.IsDamaged ? CommandMessages.AdviceLedgerDamaged : CommandMessages.AdviceLedgerUnavailable;

    // How large it is, the host need not have said.
    private static string TooLarge(DownloadFailedException error, long limit) => limit < BatchOptions.LargestImage
        ? CommandMessages.AdviceImageTooLarge.With(Named(error), "", BatchOptions.LargestImage / (1024 * 1024))
        : CommandMessages.AdviceImageTooLarge.With(Named(error), $" -MaxBytes {2 * limit}", 2 * limit / (1024 * 1024));

    // The same command would submit a prompt that stands in it again, and that is paid for.
    private static bool IsAtHost(Exception error) => error is ImagenException { RequestId: not null };

    private static string Named(Exception error) =>
        error is ImagenException { RequestId: not null } named ? $" -RequestId {RequestOf(named)}" : "";

    private static string RequestOf(ImagenException error) =>
        CommandText.Request(error.RequestId!, error.HasSharedId ? error.Provider : null);

    // What is run again asks about the request once more, and submits nothing.
    private static bool FollowsUp(CommandInfo command) => Takes(command, "RequestId") && !Takes(command, "Prompt");

    private static bool Takes(CommandInfo command, string parameter) => command.Parameters?.ContainsKey(parameter) == true;

    private static string Unreached(Exception error) => (error as ImagenException)?.Provider is ProviderCatalog.EmulatorName
        ? CommandMessages.AdviceEmulatorUnreached
        : IsAtHost(error) ? CommandMessages.AdviceHostUnavailableOfRequest.With(Of(error), Named(error))
        : CommandMessages.AdviceHostUnavailable.With(Of(error));

    private static string Of(Exception error) => (error as ImagenException)?.Provider is { } provider ? $" {provider}" : "";

    private static string NotFound(Exception error) => error switch
    {
        RequestNotFoundException { RequestId: { } id, HasSharedId: true, Provider: { } provider } =>
            CommandMessages.AdviceRequestGone.With($"{CommandText.Argument(id)} | Where-Object Provider -EQ {CommandText.Argument(provider)}"),
        RequestNotFoundException { RequestId: { } id } => CommandMessages.AdviceRequestGone.With(CommandText.Argument(id)),
        _ => CommandMessages.AdviceRequestNotFound,
    };
}

/// <summary>What a kind of error is in PowerShell.</summary>
/// <param name="Id">The stable first part of the fully qualified error id.</param>
/// <param name="Category">The category.</param>
/// <param name="Advice">What to do about it.</param>
internal sealed record ErrorEntry(string Id, ErrorCategory Category, string? Advice);
