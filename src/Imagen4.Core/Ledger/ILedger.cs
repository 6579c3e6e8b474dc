namespace Imagen4.Core.Ledger;

/// <summary>
/// Where the steps of a row are written down: the intent before its POST, the answer before it is acted upon.
/// A step that cannot be written stops the row before anything is paid for.
/// </summary>
internal interface ILedger
{
    /// <summary>Writes one step; when it returns, the step is written.</summary>
    ValueTask RecordAsync(LedgerStep step, LedgerEntry entry, CancellationToken cancellation);
}
