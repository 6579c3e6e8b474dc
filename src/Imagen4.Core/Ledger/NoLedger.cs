using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;

namespace Imagen4.Core.Ledger;

/// <summary>Remembers nothing: a session's requests are known to the session alone.</summary>
internal sealed class NoLedger : ILedger
{
    public ValueTask RecordAsync(RequestState step, LedgerEntry entry, CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask<string> AcceptAsync(LedgerEntry entry, SyncResult result) => ValueTask.FromResult(entry.RequestId ?? "");
}
