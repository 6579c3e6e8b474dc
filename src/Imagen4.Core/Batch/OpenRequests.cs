using System.Collections.Concurrent;
using Imagen4.Core.Ledger;
using Imagen4.Core.Protocols;

namespace Imagen4.Core.Batch;

/// <summary>The requests of a batch that go on at their hosts.</summary>
/// <param name="ledger">Where it is written that one was cancelled.</param>
internal sealed class OpenRequests(ILedger ledger)
{
    private readonly ConcurrentDictionary<string, (RequestReference Request, LedgerEntry Entry)> _open = new(StringComparer.Ordinal);

    /// <summary>The ledger's ids of them, in the order in which they were made.</summary>
    public IReadOnlyCollection<string> LedgerIds => [.. _open.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Whether each of them is the same row in another run.</summary>
    public bool AreContinued => _open.Values.All(open => open.Entry.Row is not null);

    /// <summary>Adds one that its host has accepted.</summary>
    public void Add(RequestReference request, LedgerEntry entry) =>
        _open[entry.LedgerId] = (request, entry with { RequestId = request.RequestId, IsLeft = true });

    /// <summary>Takes one out that has ended.</summary>
    public void Remove(string ledgerId) => _open.TryRemove(ledgerId, out _);

    /// <summary>Asks the hosts to cancel them all.</summary>
    /// <returns>How many the hosts have cancelled; the others go on, or have just ended.</returns>
    public async Task<int> CancelAsync(CancellationToken cancellation)
    {
        var cancelled = await Task.WhenAll(_open.Values.Select(open => CancelAsync(open.Request, open.Entry, cancellation))).ConfigureAwait(false);
        return cancelled.Count(done => done);
    }

    private async Task<bool> CancelAsync(RequestReference request, LedgerEntry entry, CancellationToken cancellation)
    {
        try
        {
            var protocol = HostProtocols.For(request.Host.Profile.Protocol);
            await protocol.CancelAsync(request, cancellation).ConfigureAwait(false);

            // A host only promises to try: what it does not call cancelled may still be generated and paid for.
            var status = await protocol.ReadStatusAsync(request, logs: false, cancellation).ConfigureAwait(false);
            if (status.State != ImagenStates.Cancelled)
            {
                return false;
            }

            await ledger.RecordAsync(LedgerStep.Cancelled, entry, CancellationToken.None).ConfigureAwait(false);
            Remove(entry.LedgerId);
            return true;
        }
        catch (Exception error) when (error is ImagenException or OperationCanceledException)
        {
            return false;
        }
    }
}
