namespace Imagen4.Core.Ledger;

/// <summary>What all segments together say, read again only where they have grown. Safe for use by many threads.</summary>
/// <param name="folder">The ledger's files.</param>
internal sealed class LedgerView(LedgerFolder folder)
{
    private const int MostAttempts = 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, SegmentReader> _segments = new(StringComparer.Ordinal);
    private readonly HashSet<string> _complete = new(StringComparer.Ordinal);
    private readonly LedgerIndex _index = new();
    private long _asked;
    private long _answered;

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
        var asked = Interlocked.Increment(ref _asked);
        lock (_lock)
        {
            // Whoever began to read after this one asked has read for it too.
            if (_answered >= asked)
            {
                return;
            }

            var answering = Interlocked.Read(ref _asked);
            for (var attempt = 0; !TryRefresh(); attempt++)
            {
                if (attempt == MostAttempts)
                {
                    throw new LedgerUnavailableException(Messages.LedgerUnreadable.With(folder.Segments, Messages.LedgerKeepsChanging));
                }
            }

            _answered = answering;
        }
    }

    /// <summary>The newest submission of a row, or null.</summary>
    public LedgerRequest? OfRow(string row)
    {
        lock (_lock)
        {
            return Copy(_index.OfRow(row));
        }
    }

    /// <summary>The submissions of a row whatever its directory, oldest first.</summary>
    public IReadOnlyList<LedgerRequest> OfSubject(string subject)
    {
        lock (_lock)
        {
            return Sorted(_index.OfSubject(subject));
        }
    }

    /// <summary>A submission by the ledger's own id, or null.</summary>
    public LedgerRequest? OfLedgerId(string id)
    {
        lock (_lock)
        {
            return Copy(_index.OfLedgerId(id));
        }
    }

    /// <summary>A submission by the host's id, or null.</summary>
    public LedgerRequest? OfRequestId(string provider, string requestId)
    {
        lock (_lock)
        {
            return Copy(_index.OfRequestId(provider, requestId));
        }
    }

    /// <summary>A submission by the host's id: at its address, whatever name its provider had, else by its provider's name; or null.</summary>
    public LedgerRequest? OfRequestId(string? baseAddress, string provider, string requestId)
    {
        lock (_lock)
        {
            return Copy((baseAddress is null ? null : _index.OfAddress(baseAddress, requestId)) ?? _index.OfRequestId(provider, requestId));
        }
    }

    /// <summary>Everything that is known and not forgotten, oldest first, and whether it is the newest submission of its row.</summary>
    public IReadOnlyList<(LedgerRequest Known, bool IsNewest)> Generations()
    {
        lock (_lock)
        {
            return [.. Sorted(_index.All).Select(known => (known, _index.IsNewest(known)))];
        }
    }

    /// <summary>Everything that is known and not forgotten, oldest first.</summary>
    public IReadOnlyList<LedgerRequest> All()
    {
        lock (_lock)
        {
            return Sorted(_index.All);
        }
    }

    /// <summary>The submissions that have come to no good end.</summary>
    public IReadOnlySet<string> Refused()
    {
        lock (_lock)
        {
            return _index.All.Where(RowRules.EndedBadly).Select(known => known.LedgerId).ToHashSet(StringComparer.Ordinal);
        }
    }

    /// <summary>Whether a process may have said more than can be read: a line of it is damaged.</summary>
    public bool IsDamaged(string owner)
    {
        lock (_lock)
        {
            return _segments.Values.Any(segment => segment.Damaged > 0 && LedgerFolder.OwnerOf(segment.Path) == owner);
        }
    }

    private bool TryRefresh()
    {
        var found = folder.FindSegments();

        // A segment that is gone has been rewritten into another one, or forgotten: what was read from it no longer counts.
        if (_segments.Keys.Except(found, StringComparer.Ordinal).Any())
        {
            Clear();
        }

        var isNew = false;
        foreach (var path in found.Where(path => !_complete.Contains(path)))
        {
            // Nobody adds to the segment of a process that had ended before it was read.
            var isFirst = !_segments.TryGetValue(path, out var segment);
            var isOver = isFirst && !OwnerLock.IsAlive(folder, LedgerFolder.OwnerOf(path));
            if (!(segment ??= _segments[path] = new SegmentReader(path)).TryRead(_index.Take))
            {
                Clear();
                return false;
            }

            isNew |= isFirst;
            if (isOver)
            {
                _ = _complete.Add(path);
            }
        }

        // A list made while segments are rewritten may lack both the old ones and the new one; the next list does not.
        return !isNew || found.ToHashSet(StringComparer.Ordinal).SetEquals(folder.FindSegments());
    }

    private void Clear()
    {
        _segments.Clear();
        _complete.Clear();
        _index.Clear();
    }

    // What is handed out stays as it is while others go on reading.
    private static LedgerRequest? Copy(LedgerRequest? known) => known is null ? null : known with { };

    private static IReadOnlyList<LedgerRequest> Sorted(IEnumerable<LedgerRequest> known) =>
        [.. known.OrderBy(one => one.Started).ThenBy(one => one.LedgerId, StringComparer.Ordinal).Select(one => one with { })];
}
