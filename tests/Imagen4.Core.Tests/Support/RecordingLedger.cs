using System.Collections.Concurrent;
using Imagen4.Core.Ledger;

namespace Imagen4.Core.Tests.Support;

/// <summary>A ledger that lets the test see every step, and act between two of them.</summary>
internal sealed class RecordingLedger : ILedger
{
    private readonly ConcurrentQueue<(LedgerStep Step, LedgerEntry Entry)> _records = new();

    /// <summary>Called when a step has been written, before the row goes on.</summary>
    public Action<LedgerStep> After { get; set; } = _ => { };

    public IReadOnlyList<LedgerStep> Steps => [.. _records.Select(record => record.Step)];

    public IReadOnlyList<LedgerEntry> Entries => [.. _records.Select(record => record.Entry)];

    public ValueTask RecordAsync(LedgerStep step, LedgerEntry entry, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _records.Enqueue((step, entry));
        After(step);
        return ValueTask.CompletedTask;
    }
}
