using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Submission;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>How rows end: with an object, with an error, or with neither, counted and, where the same holds for all, ending the batch.</summary>
/// <param name="breaker">Whether submitting goes on.</param>
/// <param name="counts">What has become of the rows so far, in numbers.</param>
internal sealed class RowEnd(SubmissionBreaker breaker, BatchCounts counts)
{
    /// <summary>A row whose request is known, or in doubt.</summary>
    public RowOutcome<T> Ended<T>(CheckedRow row, T value, ImagenException? error)
        where T : ImagenInputs, IRowObject
    {
        if (error is null)
        {
            return new RowOutcome<T>(value, null);
        }

        if (error is SubmissionInDoubtException)
        {
            counts.AddInDoubt();
        }

        var goesOn = value is ImagenResult { State: ImagenStates.InQueue or ImagenStates.InProgress or ImagenStates.Completed };
        error = error.ForRow(value.Index, value.RequestId, canBeReceived: goesOn, value.Provider, row.ShownKey);
        breaker.Restate(error);
        LedgerObjects.Fail(value, error);
        return new RowOutcome<T>(value, error);
    }

    /// <summary>A row that was not sent, because submitting has ended.</summary>
    public RowOutcome<T> Unsent<T>(CheckedRow row)
        where T : class
    {
        var provider = row.Host.Profile.Name;
        if (!breaker.IsOpen(provider) && breaker.IsOpen(provider, row.Model))
        {
            counts.AddNotSent(provider, row.Model);
        }
        else
        {
            counts.AddNotSent(provider);
        }

        return new RowOutcome<T>(null, null);
    }

    /// <summary>
    /// Ends submitting where the ledger cannot be used, before anything is paid for. Rows side by side get the same error; it is reported
    /// once.
    /// </summary>
    /// <returns>Whether the error is to be reported.</returns>
    public bool BreakIfForAll(ImagenException error)
    {
        if (error is not LedgerUnavailableException)
        {
            return true;
        }

        breaker.Trip(error);
        return breaker.IsNews(error);
    }

    /// <summary>The state of a row that failed; null where it never left this machine, so that there is nothing to follow.</summary>
    public static string? StateAfter(ImagenException error) => error switch
    {
        SubmissionInDoubtException => ImagenStates.InDoubt,
        RequestFailedException => ImagenStates.Failed,

        // As Get-ImagenRequest shows it: the same row may be taken later.
        RateLimitedException => ImagenStates.Failed,
        HostUnavailableException or LedgerUnavailableException or WaitTimeoutException => null,
        InvalidInputException { StatusCode: null } => null,
        _ => ImagenStates.Rejected,
    };
}
