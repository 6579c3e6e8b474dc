namespace Imagen4.Core.Ledger;

/// <summary>Remembers nothing: a session's requests are known to the session alone.</summary>
internal sealed class NoLedger : ILedger
{
    public ValueTask RecordAsync(LedgerStep step, LedgerEntry entry, CancellationToken cancellation) => ValueTask.CompletedTask;
}
