using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Submission;

namespace Imagen4.Core.Pipeline.Results;

/// <summary>
/// The ledger while results are received. What was paid for is fetched, saved and returned all the same: a ledger that cannot be used
/// costs none of it.
/// </summary>
/// <param name="ledger">Where every step is written.</param>
/// <param name="counts">Counts what could not be written.</param>
/// <param name="breaker">Ends submitting where the ledger cannot be told; null where nothing is submitted.</param>
internal sealed class ResultLedger(ILedger ledger, BatchCounts counts, SubmissionBreaker? breaker = null)
{
    /// <summary>The ledger itself.</summary>
    public ILedger Inner => ledger;

    /// <summary>Takes note that a request could not be looked up or recorded.</summary>
    public void NoteUnrecorded(LedgerEntry entry, LedgerUnavailableException error)
    {
        breaker?.Trip(error);
        counts.AddUnrecorded(entry, error);
    }

    /// <summary>Writes a step.</summary>
    public async Task RecordAsync(RequestState step, LedgerEntry entry)
    {
        try
        {
            await ledger.RecordAsync(step, entry, CancellationToken.None).ConfigureAwait(false);
        }
        catch (LedgerUnavailableException error)
        {
            NoteUnrecorded(entry, error);
        }
    }

    /// <summary>An error that says whether another provider has given the request's id too; not where that is not known.</summary>
    public async Task<ImagenException> WithHostsAsync(ImagenException error, string requestId)
    {
        try
        {
            return await ledger.IsAtSeveralAsync(requestId).ConfigureAwait(false) ? error.WithSharedId() : error;
        }
        catch (LedgerUnavailableException)
        {
            // That the ledger cannot be used is said where it matters.
            return error;
        }
    }

    /// <summary>Writes down the bytes of an image before a file of them appears.</summary>
    public async ValueTask NoteSavedAsync(LedgerEntry entry, string sha256)
    {
        try
        {
            await ledger.NoteSavedAsync(entry, sha256).ConfigureAwait(false);
        }
        catch (LedgerUnavailableException error)
        {
            NoteUnrecorded(entry, error);
        }
    }

    /// <summary>The names that the images of a request have in a directory; null where that is not known.</summary>
    public async Task<IReadOnlyDictionary<int, string>?> FileNamesAsync(LedgerEntry entry, string directory)
    {
        try
        {
            return await ledger.FileNamesAsync(entry, directory).ConfigureAwait(false);
        }
        catch (LedgerUnavailableException error)
        {
            NoteUnrecorded(entry, error);
            return null;
        }
    }

    /// <summary>Whether the file of an image is there and is the request's; false where that is not known: it is fetched again then.</summary>
    public async Task<bool> IsOwnFileAsync(LedgerEntry entry, ImagenImage image, CancellationToken cancellation)
    {
        try
        {
            return await ledger.IsOwnFileAsync(entry, image, cancellation).ConfigureAwait(false);
        }
        catch (LedgerUnavailableException error)
        {
            NoteUnrecorded(entry, error);
            return false;
        }
    }
}
