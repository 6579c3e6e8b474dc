namespace Imagen4.Core.Ledger;

/// <summary>What is to be done with a row, after a look at what has been done already.</summary>
internal abstract record ClaimOutcome
{
    /// <summary>It is submitted: this process has claimed it.</summary>
    /// <param name="Row">The row that it is in the ledger.</param>
    public sealed record Submit(RowIdentity Row) : ClaimOutcome;

    /// <summary>It was submitted before; this process waits for it and saves what is missing.</summary>
    /// <param name="Known">What is known of it.</param>
    /// <param name="IsClaimed">
    /// Whether this process has taken it over; not a request that is not the newest of the row, which anybody may receive.
    /// </param>
    public sealed record Continue(LedgerRequest Known, bool IsClaimed) : ClaimOutcome;

    /// <summary>
    /// There is nothing to be done: it has come to an end, good or bad, is in doubt, or another process is at it for too long.
    /// </summary>
    /// <param name="Known">What is known of it.</param>
    public sealed record Report(LedgerRequest Known) : ClaimOutcome
    {
        /// <summary>Why this run gives up the row, where another process works on it still.</summary>
        public ImagenException? Error { get; init; }
    }
}
