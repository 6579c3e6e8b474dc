using System.Collections.Concurrent;
using Imagen4.Core.Http;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>The requests of a batch that go on at their hosts.</summary>
public sealed class OpenRequests
{
    // Somebody waits for all of them to be asked: one host that does not answer must not take the others' time.
    private static readonly TimeSpan CancelLimit = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, (RequestReference Request, LedgerEntry Entry)> _open = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Exception> _troubles = new();
    private readonly ILedger _ledger;
    private readonly bool _continues;
    private int _cancelled;

    /// <summary>Begins with none.</summary>
    /// <param name="ledger">Where it is written that one was cancelled.</param>
    /// <param name="continues">Whether another run goes on with rows that are known.</param>
    internal OpenRequests(ILedger ledger, bool continues) => (_ledger, _continues) = (ledger, continues);

    /// <summary>The ledger's ids of them, in the order in which they were made.</summary>
    public IReadOnlyCollection<string> LedgerIds => [.. _open.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Whether the same batch, run again, goes on with each of them.</summary>
    public bool AreContinued => _continues && _open.Values.All(open => open.Entry.Row is { } row && !row.IsOfRequest(open.Entry.LedgerId));

    /// <summary>How many the hosts have cancelled so far.</summary>
    public int Cancelled => Volatile.Read(ref _cancelled);

    /// <summary>What has gone wrong with cancels so far, besides requests that had ended.</summary>
    public IReadOnlyList<Exception> Troubles => [.. _troubles];

    /// <summary>Adds one that its host has accepted.</summary>
    internal void Add(RequestReference request, LedgerEntry entry) =>
        _open[entry.LedgerId] = (request, entry with { RequestId = request.RequestId, IsLeft = true });

    /// <summary>Takes one out that has ended.</summary>
    internal void Remove(string ledgerId) => _open.TryRemove(ledgerId, out _);

    /// <summary>Asks the hosts to cancel them all.</summary>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>How many the hosts have cancelled; the others go on, or have just ended.</returns>
    public async Task<int> CancelAsync(CancellationToken cancellation)
    {
        await Task.WhenAll(_open.Values.Select(open => CancelAsync(open.Request, open.Entry, cancellation))).ConfigureAwait(false);
        return Cancelled;
    }

    private async Task CancelAsync(RequestReference request, LedgerEntry entry, CancellationToken cancellation)
    {
        using var deadline = new Deadline(CancelLimit, request.Host.Time, cancellation);
        try
        {
            await request.Protocol.CancelAsync(request, deadline.Token).ConfigureAwait(false);

            // A host only promises to try: what it does not call cancelled may still be generated and paid for.
            if ((await request.Protocol.ReadEndAsync(request, deadline.Token).ConfigureAwait(false)).State == ImagenStates.Cancelled)
            {
                _ = Interlocked.Increment(ref _cancelled);
                Remove(entry.LedgerId);
                await _ledger.RecordAsync(RequestState.Cancelled, entry, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (AlreadyCompletedException)
        {
            // Its result is there, and was paid for.
        }
        catch (OperationCanceledException) when (deadline.Token.IsCancellationRequested)
        {
            var silent = Messages.HostTimedOut.With(request.Host.BaseUri.Host, CancelLimit.TotalSeconds);
            _troubles.Enqueue(new HostUnavailableException(silent));
        }
#pragma warning disable CA1031 // Whatever it is, it is this request's own: the others are asked and counted all the same.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _troubles.Enqueue(error);
        }
    }
}
