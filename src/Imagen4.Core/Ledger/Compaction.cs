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

    private static readonly TimeSpan LockAge = TimeSpan.FromMinutes(1);

    private readonly LedgerFolder _folder = ledger.Folder;

    /// <summary>Rewrites, where there is enough to rewrite and no other process does so.</summary>
    /// <exception cref="LedgerUnavailableException">The segments cannot be read or written.</exception>
    public bool RunIfDue() => _folder.FindSegments().Count() > MostSegments && Run();

    /// <summary>Rewrites, unless another process does so. What is to be forgotten is gone afterwards, prompts included.</summary>
    /// <returns>Whether every segment was rewritten: those of processes that live are not.</returns>
    /// <exception cref="LedgerUnavailableException">The segments cannot be read or written.</exception>
    public bool Run()
    {
        try
        {
            _folder.Create();
            using var only = TryLock();
            return only is not null && Rewrite();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LedgerUnavailableException(Messages.LedgerUnwritable.With(_folder.Root, error.Message), error);
        }
    }

    private bool Rewrite()
    {
        var all = _folder.FindSegments().ToList();
        var old = all.Where(IsOver).ToList();
        if (old.Count == 0)
        {
            return all.Count == 0;
        }

        // A damaged segment stays as it is: it is the evidence that something may be missing.
        var requests = new Dictionary<string, LedgerRequest>(StringComparer.Ordinal);
        var readers = old.Select(path => new SegmentReader(path)).ToList();
        foreach (var reader in readers)
        {
            _ = reader.TryRead(line => requests[line.LedgerId] = LedgerRequest.Fold(requests.GetValueOrDefault(line.LedgerId), line));
        }

        var whole = readers.Where(reader => reader.Damaged == 0).Select(reader => reader.Path).ToList();
        var rest = all.Count > old.Count || whole.Count < old.Count;
        Write(requests.Values.Where(request => rest || !request.IsRemoved));
        whole.ForEach(File.Delete);
        if (!OwnerLock.AnyOther(_folder, ledger.Owner))
        {
            SweepUp(requests.Values);
        }

        return !rest;
    }

    private void Write(IEnumerable<LedgerRequest> requests)
    {
        var owner = $"compact-{time.GetUtcNow():yyyyMMdd'T'HHmmss}-{Guid.NewGuid():N}";
        var final = _folder.Segment(owner, 0);
        var draft = final + ".tmp";
        using (var file = new FileStream(draft, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 64 * 1024))
        {
            file.Write(CheckedLine.Write(new SegmentHeader(SegmentHeader.Current, Owner: null), LedgerJson.Plain.SegmentHeader));
            foreach (var request in requests)
            {
                Write(file, request);
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(draft, final);
        DirectorySync.Flush(_folder.Segments);
    }

    // Of what is forgotten, only that it is: a line of it may still stand in the segment of a process that lives.
    private static void Write(FileStream file, LedgerRequest request)
    {
        var line = request.ToLine();
        file.Write(CheckedLine.Write(
            request.IsRemoved ? new LedgerLine { Step = LedgerStep.Removed, LedgerId = line.LedgerId, Time = line.Time, Owner = line.Owner } : line,
            LedgerJson.Plain.LedgerLine));
    }

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
        var owner = Path.GetFileName(path).Split('.')[0];
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
