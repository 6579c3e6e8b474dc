using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;

namespace Imagen4.Core.Ledger;

/// <summary>
/// Where the steps of a row are written down: the intent before its POST, the answer before it is acted upon.
/// A step that cannot be written stops the row before anything is paid for.
/// </summary>
internal interface ILedger
{
    /// <summary>Writes one step; when it returns, the step is written.</summary>
    ValueTask RecordAsync(RequestState step, LedgerEntry entry, CancellationToken cancellation);

    /// <summary>
    /// Writes that a host has accepted a request and has answered with its result, which it says once: both are written, or neither.
    /// </summary>
    /// <returns>The id it is kept under: the host's, with a number behind it where another result of that host has it.</returns>
    ValueTask<string> AcceptAsync(LedgerEntry entry, SyncResult result);
}
