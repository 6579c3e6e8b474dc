using Imagen4.Core.Ledger;

namespace Imagen4.Core.Requests;

/// <summary>What the ledger knows, for those who want to look at it. No host is asked and nothing is written.</summary>
public sealed class RequestBook
{
    private readonly RequestLedger _ledger = RequestLedger.Shared;

    /// <summary>The states a request can be asked for by.</summary>
    public static IReadOnlyList<string> States { get; } =
    [
        ImagenStates.Pending, ImagenStates.InQueue, ImagenStates.InProgress, ImagenStates.Completed, ImagenStates.Delivered,
        ImagenStates.Failed, ImagenStates.Rejected, ImagenStates.Cancelled, ImagenStates.InDoubt,
    ];

    /// <summary>Where the ledger is.</summary>
    public static string Folder => RequestLedger.Shared.Folder.Root;

    /// <summary>Reads the ledger.</summary>
    /// <exception cref="LedgerUnavailableException">It cannot be read.</exception>
    public void Refresh() => _ledger.View.Refresh();

    /// <summary>The requests that are wanted, oldest first.</summary>
    public IEnumerable<KnownRequest> Find(RequestFilter filter)
    {
        // Many requests have one owner, and a look at a lock is a call to the system.
        var alive = new Dictionary<string, bool>(StringComparer.Ordinal);
        return _ledger.View.Generations()
            .OrderBy(row => row.Known.Started).ThenBy(row => row.Known.Index).ThenBy(row => row.Known.LedgerId, StringComparer.Ordinal)
            .Select(row => (Request: Of(row.Known, alive), row.IsNewest))
            .Where(row => row.IsNewest || filter.History || row.Request.IsOpen || row.Request.State == ImagenStates.InDoubt)
            .Select(row => row.Request).Where(request => request.Is(filter));
    }

    /// <summary>The earlier submissions of a request's row that are over, where it is the newest: nobody else stands for them.</summary>
    public IEnumerable<KnownRequest> Earlier(KnownRequest request) => request.Known is { Row: { } row, Subject: { } subject }
        && _ledger.View.OfRow(row)?.LedgerId == request.LedgerId
            ? _ledger.View.OfSubject(subject)
                .Where(known => known.Row == row && known.LedgerId != request.LedgerId)
                .Select(known => Of(known, []))
                .Where(known => known.IsFinished && known.State != ImagenStates.Completed)

                // Images of an earlier one are not forgotten with a newer one that has failed.
                .Where(known => known.State != ImagenStates.Delivered || request.State == ImagenStates.Delivered)
            : [];

    /// <summary>The time since when exactly these requests have been submitted and are open; null where others are, too.</summary>
    /// <param name="ledgerIds">The ledger's ids of the requests.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public DateTimeOffset? OpenSince(IReadOnlyCollection<string> ledgerIds)
    {
        Refresh();
        var wanted = ledgerIds.ToHashSet(StringComparer.Ordinal);
        if (_ledger.View.All().FirstOrDefault(known => wanted.Contains(known.LedgerId)) is not { } earliest)
        {
            return null;
        }

        var since = DateTimeOffset.FromUnixTimeMilliseconds(earliest.Started);
        var open = Find(new RequestFilter { States = [ImagenStates.Pending], Since = since }).Select(known => known.LedgerId);
        return wanted.SetEquals(open) ? since : null;
    }

    /// <summary>A request by the ledger's own id.</summary>
    /// <exception cref="RequestNotFoundException">The ledger does not know it.</exception>
    public KnownRequest OfLedgerId(string ledgerId) => _ledger.View.OfLedgerId(ledgerId) is { } known
        ? Of(known, [])
        : throw new RequestNotFoundException(Messages.LedgerIdUnknown.With(PlainText.Brief(ledgerId), _ledger.Folder.Root));

    /// <summary>The requests with a host's id: ids of different hosts may be the same.</summary>
    /// <exception cref="RequestNotFoundException">The ledger knows none.</exception>
    public IReadOnlyList<KnownRequest> OfRequestId(string requestId)
    {
        var found = _ledger.View.All().Where(known => known.RequestId == requestId).Select(known => Of(known, [])).ToList();
        return found.Count > 0
            ? found
            : throw new RequestNotFoundException(Messages.RequestIdNotInLedger.With(PlainText.Brief(requestId), _ledger.Folder.Root)) { RequestId = requestId };
    }

    /// <summary>Makes sure that a text is a state.</summary>
    /// <exception cref="InvalidInputException">It is none.</exception>
    public static void DemandState(string state)
    {
        if (!States.Contains(state, StringComparer.OrdinalIgnoreCase))
        {
            throw new InvalidInputException(Messages.StateUnknown.With(PlainText.Brief(state), string.Join(", ", States)));
        }
    }

    private KnownRequest Of(LedgerRequest known, Dictionary<string, bool> alive)
    {
        if (known.IsLeft || known.HasEnded)
        {
            return new KnownRequest(known, isWorkedOn: false);
        }

        if (!alive.TryGetValue(known.Owner, out var isAlive))
        {
            alive[known.Owner] = isAlive = OwnerLock.IsAlive(_ledger.Folder, known.Owner);
        }

        return new KnownRequest(known, isAlive);
    }
}
