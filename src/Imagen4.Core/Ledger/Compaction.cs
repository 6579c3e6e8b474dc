namespace Imagen4.Core.Ledger;

/// <summary>
/// Rewrites the segments of processes that have ended into one with a line for each request. The new one is whole before
/// an old one goes, and folding both at once says the same as folding either.
/// </summary>
/// <param name="ledger">The ledger.</param>
/// <param name="time">The clock.</param>
internal sealed class Compaction(RequestLedger ledger, TimeProvider time)
{
    private const int MostSegments = 32;
    private const string DraftEnding = ".tmp";

    private static readonly TimeSpan LockAge = TimeSpan.FromMinutes(1);

    private readonly LedgerFolder _folder = ledger.Folder;

    /// <summary>Rewrites, where there is enough to rewrite and no other process does so.</summary>
    /// <exception cref="LedgerUnavailableException">The segments cannot be read or written.</exception>
    public bool RunIfDue() => _folder.FindSegments() is { Count: > MostSegments } all && all.Count(IsOver) > MostSegments && Run();

    /// <summary>Rewrites, unless another process does so. What is to be forgotten is gone afterwards, prompts included.</summary>
    /// <returns>Whether every segment was rewritten: those of processes that live are not, nor are damaged ones.</returns>
    /// <exception cref="LedgerUnavailableException">The segments cannot be read or written.</exception>
    public bool Run()
    {
        try
        {
            _folder.Create();
            using var only = TryLock();
            if (only is null)
            {
                return false;
            }

            // Drafts of a process that ended while it had the lock.
            foreach (var draft in Directory.GetFiles(_folder.Segments, "*" + DraftEnding))
            {
                File.Delete(draft);
            }

            // What is forgotten needs its own line until the last of its others is gone: so it takes a second time to lose that, too.
            var (isWhole, forgets) = Rewrite();
            if (isWhole && forgets)
            {
                (isWhole, _) = Rewrite();
            }

            return isWhole;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LedgerUnavailableException(Messages.LedgerUnwritable.With(_folder.Root, error.Message), error);
        }
    }

    private (bool IsWhole, bool Forgets) Rewrite()
    {
        var all = _folder.FindSegments();
        var old = all.Where(IsOver).Select(path => new SegmentReader(path)).ToList();
        if (old.Count == 0)
        {
            return (all.Count == 0, false);
        }

        var requests = new Dictionary<string, LedgerRequest>(StringComparer.Ordinal);
        old.ForEach(segment => segment.TryRead(line => Take(requests, line)));

        // A damaged segment stays as it is: it is the evidence that something may be missing.
        var whole = old.Where(segment => segment.Damaged == 0).Select(segment => segment.Path).ToList();
        var isWhole = all.Count == whole.Count;
        if (whole.Count == 0)
        {
            return (isWhole, false);
        }

        var isAlone = isWhole && whole.Count == 1;
        Write([.. requests.Values.Where(request => !(isAlone && request.IsRemoved))]);
        whole.ForEach(File.Delete);
        if (!OwnerLock.AnyOther(_folder, ledger.Owner))
        {
            SweepUp(requests.Values);
        }

        return (isWhole, !isAlone && requests.Values.Any(request => request.IsRemoved));
    }

    private static void Take(Dictionary<string, LedgerRequest> requests, LedgerLine line)
    {
        if (!requests.TryGetValue(line.LedgerId, out var known))
        {
            requests[line.LedgerId] = known = new LedgerRequest { LedgerId = line.LedgerId };
        }

        known.Take(line);
    }

    // Each request stands twice: all that is known of it, and far from there that it is known. With one line for it, a single
    // damaged bit could turn a request that was paid for into one that never was.
    private void Write(IReadOnlyList<LedgerRequest> requests)
    {
        var final = _folder.Segment($"compact-{time.GetUtcNow():yyyyMMdd'T'HHmmss}-{Guid.NewGuid():N}", 0);
        var draft = final + DraftEnding;
        using (var file = new FileStream(draft, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 64 * 1024))
        {
            WriteHeader(file);
            foreach (var request in requests)
            {
                Write(file, request.IsRemoved ? Short(request, LedgerStep.Removed) : request.ToLine());
            }

            WriteHeader(file);
            foreach (var request in requests.Where(request => !request.IsRemoved))
            {
                Write(file, Short(request, LedgerStep.Held));
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(draft, final);
        DirectorySync.Flush(_folder.Segments);
    }

    private static LedgerLine Short(LedgerRequest request, LedgerStep step) => new()
    {
        Step = step,
        LedgerId = request.LedgerId,
        Time = request.Started,
        Owner = request.Owner,
        Claim = request.Claim,
        IsLeft = request.IsLeft,
        Row = step == LedgerStep.Removed ? null : request.Row,
        Subject = step == LedgerStep.Removed ? null : request.Subject,
    };

    private static void WriteHeader(FileStream file) =>
        file.Write(CheckedLine.Write(new SegmentHeader(SegmentHeader.Current, Owner: null), LedgerJson.Plain.SegmentHeader));

    private static void Write(FileStream file, LedgerLine line) => file.Write(CheckedLine.Write(line, LedgerJson.Plain.LedgerLine));

    // With no other process at work, every claim is in the segments, or was never followed by anything.
    private void SweepUp(IEnumerable<LedgerRequest> requests)
    {
        var newest = requests.Where(request => request.Row is not null)
            .GroupBy(request => request.Row!, StringComparer.Ordinal)
            .ToDictionary(row => row.Key, row => row.Max(request => request.Claim), StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(_folder.Claims))
        {
            var name = Path.GetFileName(path).Split('.');
            if (name.Length == 2 && int.TryParse(name[1], out var number) && newest.TryGetValue(name[0], out var known) && number <= known)
            {
                File.Delete(path);
            }
        }

        foreach (var path in Directory.EnumerateFiles(_folder.Owners))
        {
            // A lock that has just been created may not be held yet.
            if (time.GetUtcNow() - File.GetLastWriteTimeUtc(path) > LockAge && !OwnerLock.IsAlive(_folder, Path.GetFileNameWithoutExtension(path)))
            {
                File.Delete(path);
            }
        }
    }

    // This process's own segments are over but for the one it is writing.
    private bool IsOver(string path)
    {
        var owner = LedgerFolder.OwnerOf(path);
        return owner == ledger.Owner ? ledger.Writing != path : !OwnerLock.IsAlive(_folder, owner);
    }

    private FileStream? TryLock()
    {
        try
        {
            return new FileStream(_folder.CompactionLock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
