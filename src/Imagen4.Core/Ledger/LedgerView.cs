namespace Imagen4.Core.Ledger;

/// <summary>What all segments together say, read again only where they have grown. Safe for use by many threads.</summary>
/// <param name="folder">The ledger's files.</param>
internal sealed class LedgerView(LedgerFolder folder)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SegmentReader> _segments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LedgerRequest> _requests = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _byRow = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _bySubject = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _byRequestId = new(StringComparer.Ordinal);

    /// <summary>How many whole lines could not be read, by segment.</summary>
    public IReadOnlyList<(string Path, int Lines)> Damage
    {
        get
        {
            lock (_lock)
            {
                return [.. _segments.Values.Where(segment => segment.Damaged > 0).Select(segment => (segment.Path, segment.Damaged))];
            }
        }
    }

    /// <summary>Reads what is new.</summary>
    /// <exception cref="LedgerUnavailableException">A segment cannot be read, or is in a format of the future.</exception>
    public void Refresh()
    {
        lock (_lock)
        {
            // A segment that is gone has been rewritten into another one, or forgotten: what was read from it no longer counts.
            for (var attempt = 0; !TryRefresh() && attempt < 10; attempt++)
            {
                Clear();
            }
        }
    }

    /// <summary>The newest submission of a row, or null.</summary>
    public LedgerRequest? OfRow(string row)
    {
        lock (_lock)
        {
            return _byRow.TryGetValue(row, out var id) ? _requests[id] : null;
        }
    }

    /// <summary>The submissions of a row whatever its directory.</summary>
    public IReadOnlyList<LedgerRequest> OfSubject(string subject)
    {
        lock (_lock)
        {
            return _bySubject.TryGetValue(subject, out var ids) ? [.. ids.Select(id => _requests[id]).Where(known => !known.IsRemoved)] : [];
        }
    }

    /// <summary>A submission by the ledger's own id, or null.</summary>
    public LedgerRequest? OfLedgerId(string id)
    {
        lock (_lock)
        {
            return _requests.GetValueOrDefault(id) is { IsRemoved: false } known ? known : null;
        }
    }

    /// <summary>A submission by the host's id, or null.</summary>
    public LedgerRequest? OfRequestId(string provider, string requestId)
    {
        lock (_lock)
        {
            return _byRequestId.TryGetValue(RequestKey(provider, requestId), out var id) && !_requests[id].IsRemoved ? _requests[id] : null;
        }
    }

    /// <summary>Everything that is known and not forgotten, oldest first.</summary>
    public IReadOnlyList<LedgerRequest> All()
    {
        lock (_lock)
        {
            return [.. _requests.Values.Where(known => !known.IsRemoved).OrderBy(known => known.Started).ThenBy(known => known.LedgerId, StringComparer.Ordinal)];
        }
    }

    /// <summary>Whether a process may have said more than can be read: a line of it is damaged.</summary>
    public bool IsDamaged(string owner)
    {
        lock (_lock)
        {
            return _segments.Values.Any(segment => segment.Damaged > 0 && Path.GetFileName(segment.Path).StartsWith(owner + ".", StringComparison.Ordinal));
        }
    }

    private bool TryRefresh()
    {
        var found = folder.FindSegments().ToHashSet(StringComparer.Ordinal);
        if (_segments.Keys.Any(known => !found.Contains(known)))
        {
            return false;
        }

        foreach (var path in found)
        {
            if (!_segments.TryGetValue(path, out var segment))
            {
                _segments[path] = segment = new SegmentReader(path);
            }

            if (!segment.TryRead(Take))
            {
                return false;
            }
        }

        return true;
    }

    private void Take(LedgerLine line)
    {
        var known = _requests.GetValueOrDefault(line.LedgerId);
        var told = LedgerRequest.Fold(known, line);
        _requests[line.LedgerId] = told;
        if (told.Row is { } row && !told.IsRemoved
            && (!_byRow.TryGetValue(row, out var newest) || newest == told.LedgerId || _requests[newest].IsRemoved || IsNewer(told, _requests[newest])))
        {
            _byRow[row] = told.LedgerId;
        }

        if (told is { Subject: { } subject } && known?.Subject is null)
        {
            _ = (_bySubject.TryGetValue(subject, out var ids) ? ids : _bySubject[subject] = new(StringComparer.Ordinal)).Add(told.LedgerId);
        }

        if (told is { RequestId: { } requestId, Provider: { } provider })
        {
            _byRequestId[RequestKey(provider, requestId)] = told.LedgerId;
        }

        if (told.IsRemoved && told.Row is { } gone && _byRow.GetValueOrDefault(gone) == told.LedgerId)
        {
            _ = _byRow.Remove(gone);
        }
    }

    private void Clear()
    {
        _segments.Clear();
        _requests.Clear();
        _byRow.Clear();
        _bySubject.Clear();
        _byRequestId.Clear();
    }

    private static bool IsNewer(LedgerRequest one, LedgerRequest other) =>
        (one.Claim, one.LedgerId).CompareTo((other.Claim, other.LedgerId)) > 0;

    private static string RequestKey(string provider, string requestId) => $"{provider.ToUpperInvariant()} {requestId}";
}
