namespace Imagen4.Core.Ledger;

/// <summary>Requests by whatever they are asked for. What is forgotten is not found.</summary>
internal sealed class LedgerIndex
{
    private readonly Dictionary<string, LedgerRequest> _requests = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LedgerRequest> _byRow = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<LedgerRequest>> _bySubject = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LedgerRequest> _byRequestId = new(StringComparer.Ordinal);

    /// <summary>Every request.</summary>
    public IEnumerable<LedgerRequest> All => _requests.Values.Where(known => !known.IsRemoved);

    /// <summary>The newest submission of a row.</summary>
    public LedgerRequest? OfRow(string row) => _byRow.GetValueOrDefault(row);

    /// <summary>The submissions of a row whatever its directory.</summary>
    public IEnumerable<LedgerRequest> OfSubject(string subject) =>
        _bySubject.GetValueOrDefault(subject)?.Where(known => !known.IsRemoved) ?? [];

    /// <summary>A submission by the ledger's own id.</summary>
    public LedgerRequest? OfLedgerId(string id) => _requests.GetValueOrDefault(id) is { IsRemoved: false } known ? known : null;

    /// <summary>A submission by the host's id.</summary>
    public LedgerRequest? OfRequestId(string provider, string requestId) =>
        _byRequestId.GetValueOrDefault(RequestKey(provider, requestId)) is { IsRemoved: false } known ? known : null;

    /// <summary>Adds a line.</summary>
    public void Take(LedgerLine line)
    {
        if (!_requests.TryGetValue(line.LedgerId, out var known))
        {
            _requests[line.LedgerId] = known = new LedgerRequest { LedgerId = line.LedgerId };
        }

        var (row, subject, claim, isRemoved, requestId, provider) = (known.Row, known.Subject, known.Claim, known.IsRemoved, known.RequestId, known.Provider);
        known.Take(line);
        if (subject is null && known.Subject is { } named)
        {
            (_bySubject.TryGetValue(named, out var alike) ? alike : _bySubject[named] = new(1)).Add(known);
        }

        if (row is null || claim != known.Claim || isRemoved != known.IsRemoved)
        {
            FindNewest(known);
        }

        if ((requestId, provider) != (known.RequestId, known.Provider) && known is { RequestId: { } id, Provider: { } host })
        {
            _byRequestId[RequestKey(host, id)] = known;
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _requests.Clear();
        _byRow.Clear();
        _bySubject.Clear();
        _byRequestId.Clear();
    }

    private void FindNewest(LedgerRequest changed)
    {
        if (changed is not { Row: { } row, Subject: { } subject })
        {
            return;
        }

        var newest = changed.IsRemoved ? null : changed;
        foreach (var other in _bySubject[subject])
        {
            if (other.Row == row && !other.IsRemoved && (newest is null || IsNewer(other, newest)))
            {
                newest = other;
            }
        }

        if (newest is null)
        {
            _ = _byRow.Remove(row);
        }
        else
        {
            _byRow[row] = newest;
        }
    }

    private static bool IsNewer(LedgerRequest one, LedgerRequest other) =>
        one.Claim != other.Claim ? one.Claim > other.Claim : string.CompareOrdinal(one.LedgerId, other.LedgerId) > 0;

    private static string RequestKey(string provider, string requestId) => $"{provider.ToUpperInvariant()} {requestId}";
}
