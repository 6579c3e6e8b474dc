namespace Imagen4.Core.Ledger;

/// <summary>Requests by whatever they are asked for. What is forgotten is not found.</summary>
internal sealed class LedgerIndex
{
    private readonly Dictionary<string, LedgerRequest> _requests = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LedgerRequest> _byRow = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<LedgerRequest>> _bySubject = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Provider, string Id), LedgerRequest> _byRequestId = new(OfHost.Instance);
    private readonly Dictionary<(string Address, string Id), LedgerRequest> _byAddress = [];

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
    /// <param name="provider">The provider's name.</param>
    /// <param name="requestId">The host's id.</param>
    public LedgerRequest? OfRequestId(string provider, string requestId) =>
        _byRequestId.GetValueOrDefault((provider, requestId)) is { IsRemoved: false } known ? known : null;

    /// <summary>A submission by the host's id, whatever the provider was called.</summary>
    /// <param name="baseAddress">The base address, in its normal form.</param>
    /// <param name="requestId">The host's id.</param>
    public LedgerRequest? OfAddress(string baseAddress, string requestId) =>
        _byAddress.GetValueOrDefault((baseAddress, requestId)) is { IsRemoved: false } known ? known : null;

    /// <summary>Whether a request is the newest submission of its row.</summary>
    public bool IsNewest(LedgerRequest known) =>
        known.Row is not { } row || _byRow.GetValueOrDefault(row) is not { } newest || newest.LedgerId == known.LedgerId;

    /// <summary>Adds a line.</summary>
    public void Take(LedgerLine line)
    {
        if (!_requests.TryGetValue(line.LedgerId, out var known))
        {
            _requests[line.LedgerId] = known = new LedgerRequest { LedgerId = line.LedgerId };
        }

        var (row, subject, claim, isRemoved) = (known.Row, known.Subject, known.Claim, known.IsRemoved);
        var (requestId, provider, address) = (known.RequestId, known.Provider, known.BaseAddress);
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
            _byRequestId[(host, id)] = known;
        }

        if ((requestId, address) != (known.RequestId, known.BaseAddress) && known is { RequestId: { } hostId, BaseAddress: { } place })
        {
            _byAddress[(place, hostId)] = known;
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _requests.Clear();
        _byRow.Clear();
        _bySubject.Clear();
        _byRequestId.Clear();
        _byAddress.Clear();
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

    // The names of providers have no case, the ids of hosts have.
    private sealed class OfHost : IEqualityComparer<(string Provider, string Id)>
    {
        public static OfHost Instance { get; } = new();

        public bool Equals((string Provider, string Id) x, (string Provider, string Id) y) =>
            x.Id == y.Id && x.Provider.Equals(y.Provider, StringComparison.OrdinalIgnoreCase);

        public int GetHashCode((string Provider, string Id) obj) =>
            HashCode.Combine(obj.Id, obj.Provider.GetHashCode(StringComparison.OrdinalIgnoreCase));
    }
}
