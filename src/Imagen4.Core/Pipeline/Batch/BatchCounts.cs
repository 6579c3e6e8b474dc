using System.Collections.Concurrent;
using Imagen4.Core.Ledger;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Batch;

/// <summary>What has become of the rows of a batch, in numbers: it is reported once, at the end, and not for each row.</summary>
public sealed class BatchCounts
{
    private readonly ConcurrentDictionary<string, int> _notSent = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<(string Provider, string Model), int> _notSentOfModels = new();
    private readonly ConcurrentDictionary<string, bool> _unrecorded = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _unkept = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<int> _heldBack = new();
    private int _continued;
    private int _inDoubt;
    private string? _reason;

    /// <summary>How many rows had been submitted before, by an earlier run or another process: nothing was paid for them in this
    /// one.</summary>
    public int Continued => Volatile.Read(ref _continued);

    /// <summary>How many rows are in doubt.</summary>
    public int InDoubt => Volatile.Read(ref _inDoubt);

    /// <summary>How many rows were not sent because submitting to their provider had ended, by provider.</summary>
    public IReadOnlyDictionary<string, int> NotSent => _notSent;

    /// <summary>How many rows were not sent because submitting to their model had ended, by provider and model.</summary>
    public IReadOnlyDictionary<(string Provider, string Model), int> NotSentOfModels => _notSentOfModels;

    /// <summary>How many rows were not sent, for these reasons or because of the limit of what the batch may cost.</summary>
    public int AllNotSent => _notSent.Values.Sum() + _notSentOfModels.Values.Sum() + _heldBack.Count;

    /// <summary>The numbers of the rows that were held back, because the cost of the batch could have passed its limit with them.</summary>
    public IReadOnlyList<int> HeldBack => [.. _heldBack.Order()];

    /// <summary>What the user should know of requests that the ledger could not be told of: a line each of two kinds, or none.</summary>
    public IReadOnlyList<string> LedgerWarnings
    {
        get
        {
            var reason = (Volatile.Read(ref _reason) ?? "?").TrimEnd('.');
            (int Count, string Text)[] all =
                [(_unrecorded.Count, Messages.StepsNotRecorded), (_unkept.Count, Messages.ResultsOnlyHere)];
            return [.. all.Where(kind => kind.Count > 0).Select(kind => kind.Text.With(kind.Count, reason))];
        }
    }

    internal void AddContinued() => Interlocked.Increment(ref _continued);

    internal void AddInDoubt() => Interlocked.Increment(ref _inDoubt);

    internal void AddHeldBack(int row) => _heldBack.Enqueue(row);

    internal void AddNotSent(string provider) => _notSent.AddOrUpdate(provider, 1, static (_, count) => count + 1);

    internal void AddNotSent(string provider, string model) =>
        _notSentOfModels.AddOrUpdate((provider, model), 1, static (_, count) => count + 1);

    /// <summary>Takes note that the ledger could not be told what has become of a request.</summary>
    internal void AddUnrecorded(LedgerEntry entry, Exception error)
    {
        _ = Interlocked.CompareExchange(ref _reason, error.Message, null);
        _ = _unrecorded.TryAdd(entry.LedgerId, true);
    }

    /// <summary>Takes note that the ledger could not keep the result of a host that says its results once.</summary>
    internal void AddUnkept(LedgerEntry entry, Exception error)
    {
        _ = Interlocked.CompareExchange(ref _reason, error.Message, null);
        _ = _unkept.TryAdd(entry.LedgerId, true);
    }
}
