using System.Collections.Concurrent;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;

namespace Imagen4.Core.Tests.Support;

/// <summary>A ledger that lets the test see every step, and act between two of them.</summary>
internal sealed class RecordingLedger : ILedger
{
    private readonly ConcurrentQueue<(RequestState Step, LedgerEntry Entry)> _records = new();

    /// <summary>Called when a step has been written, before the row goes on.</summary>
    public Action<RequestState> After { get; set; } = _ => { };

    public IReadOnlyList<RequestState> Steps => [.. _records.Select(record => record.Step)];

    public IReadOnlyList<LedgerEntry> Entries => [.. _records.Select(record => record.Entry)];

    public ValueTask RecordAsync(RequestState step, LedgerEntry entry, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _records.Enqueue((step, entry));
        After(step);
        return ValueTask.CompletedTask;
    }

    /// <summary>The results that were kept.</summary>
    public ConcurrentQueue<SyncResult> Kept { get; } = new();

    /// <summary>Called before a result is kept.</summary>
    public Action Keeping { get; set; } = () => { };

    /// <summary>The ids that requests of other rows have.</summary>
    public HashSet<string> OfOthers { get; } = [];

    public ValueTask<bool> IsOthersRequestAsync(LedgerEntry entry, string requestId) => ValueTask.FromResult(OfOthers.Contains(requestId));

    public async ValueTask<string> AcceptAsync(LedgerEntry entry, SyncResult result)
    {
        Keeping();
        Kept.Enqueue(result);
        await RecordAsync(RequestState.Accepted, entry, CancellationToken.None);
        return entry.RequestId!;
    }
}
