using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Pipeline.Batch;

namespace Imagen4.Core.Pipeline.Submission;

/// <summary>What the ledger records of a submission, and what follows where it cannot be told.</summary>
/// <param name="ledger">The ledger.</param>
/// <param name="breaker">Whether submitting goes on.</param>
/// <param name="counts">Counts what could not be written.</param>
internal sealed class SubmissionSteps(ILedger ledger, SubmissionBreaker breaker, BatchCounts counts)
{
    /// <summary>
    /// Says that a paid POST is about to be sent. What cannot be written down is not begun, neither for this row nor for any other.
    /// </summary>
    /// <exception cref="LedgerUnavailableException">It could not be written.</exception>
    public async Task BeginAsync(LedgerEntry entry, CancellationToken cancellation)
    {
        try
        {
            await ledger.RecordAsync(RequestState.Intent, entry, cancellation).ConfigureAwait(false);
        }
        catch (LedgerUnavailableException error)
        {
            breaker.Trip(error);
            throw;
        }
    }

    /// <summary>
    /// Says what has happened, even when the batch is being stopped. Where it cannot be written, the row goes on all the same:
    /// it is paid for, and its object still tells its id.
    /// </summary>
    public async Task RecordAsync(RequestState step, LedgerEntry entry)
    {
        try
        {
            await ledger.RecordAsync(step, entry, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it is: what has become of a paid request must not be lost for it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            breaker.Trip(error as LedgerUnavailableException ?? new LedgerUnavailableException(error.Message, error));
            if (step is not (RequestState.NotSent or RequestState.Throttled))
            {
                counts.AddUnrecorded(entry, error);
            }
        }
    }

    /// <summary>Says that a submission has ended without success.</summary>
    /// <returns>The error, to be thrown.</returns>
    public async Task<ImagenException> EndAsync(RequestState step, LedgerEntry entry, ImagenException error)
    {
        var ended = entry with
        {
            RequestId = error.RequestId,
            Error = error.Message,
            ErrorType = error.HostErrorType ?? error.Kind,
            Refusal = LedgerErrors.RefusalBy(error),
            IsLeft = step != RequestState.InDoubt,
        };
        await RecordAsync(step, ended).ConfigureAwait(false);
        return error;
    }
}
