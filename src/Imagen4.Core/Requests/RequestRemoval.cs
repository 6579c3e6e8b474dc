using Imagen4.Core.Ledger;
using Imagen4.Core.Media;
using Imagen4.Core.Results;

namespace Imagen4.Core.Requests;

/// <summary>Forgets requests: what was sent, what came of it, and who worked on it.</summary>
/// <param name="time">The clock.</param>
public sealed class RequestRemoval(TimeProvider time)
{
    private readonly RequestLedger _ledger = RequestLedger.Shared;

    /// <summary>Makes sure that a request can be forgotten.</summary>
    /// <exception cref="InvalidInputException">It goes on, or is in doubt.</exception>
    public static void Demand(KnownRequest request)
    {
        if (!request.IsFinished)
        {
            var message = request.State == ImagenStates.InDoubt ? Messages.RemoveInDoubt
                : request is { State: ImagenStates.Pending, RequestId: null } ? Messages.RemoveBeingSubmitted
                : Messages.RemoveUnfinished;
            throw new InvalidInputException(message.With(request.RequestId ?? request.LedgerId, request.State, request.LedgerId)) { RequestId = request.RequestId };
        }
    }

    /// <summary>Makes sure that requests in a state can be forgotten.</summary>
    /// <exception cref="InvalidInputException">They go on, or are in doubt.</exception>
    public static void DemandState(string state)
    {
        RequestBook.DemandState(state);
        string[] open = [ImagenStates.Pending, ImagenStates.InQueue, ImagenStates.InProgress, ImagenStates.InDoubt];
        if (open.Contains(state, StringComparer.OrdinalIgnoreCase))
        {
            throw new InvalidInputException(Messages.RemoveStateUnfinished.With(state));
        }
    }

    /// <summary>Forgets requests.</summary>
    /// <returns>How many of them still stand in files that cannot be rewritten now: those of processes that live.</returns>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be written.</exception>
    public async Task<int> RunAsync(IReadOnlyList<KnownRequest> requests)
    {
        // Together, so that they share their flushes.
        await Task.WhenAll(requests.Select(request => _ledger.RecordAsync(LedgerStep.Removed, request.Known))).ConfigureAwait(false);
        foreach (var request in requests)
        {
            if (request.RequestId is { } id)
            {
                KeptResults.Forget(request.LedgerId, id);
            }
        }

        RemovePartialFiles(requests.Select(request => request.Known));
        ForgetClaims(requests.Select(request => request.Known));
        await _ledger.EndSegmentAsync().ConfigureAwait(false);
        _ = new Compaction(_ledger, time).Run();
        _ledger.View.Refresh();
        return StillThere([.. requests.Select(request => request.LedgerId)]);
    }

    // What processes left that were killed while they saved images. The images themselves are the user's.
    private static void RemovePartialFiles(IEnumerable<LedgerRequest> removed)
    {
        var saving = removed
            .Where(known => known.RequestId is not null)
            .SelectMany(known => FoldersOf(known).Select(folder => (Folder: folder, Owner: SafeFileName.Whole(known.RequestId!))))
            .ToLookup(one => one.Folder, one => one.Owner, StringComparer.Ordinal);
        foreach (var folder in saving)
        {
            PartialFiles.RemoveLeft(folder.Key, folder.ToHashSet(StringComparer.Ordinal));
        }
    }

    private static IEnumerable<string> FoldersOf(LedgerRequest known) => (known.Delivery?.Images ?? [])
        .Select(image => Path.GetDirectoryName(image.Path))
        .Append(known.Directory)
        .OfType<string>()
        .Distinct(StringComparer.Ordinal);

    // A row that is known from another submission keeps its claims: they say how far it is.
    private void ForgetClaims(IEnumerable<LedgerRequest> removed)
    {
        _ledger.View.Refresh();
        var rows = removed.Where(known => known.Row is not null).GroupBy(known => known.Row!, StringComparer.Ordinal);
        var kept = _ledger.View.All().Select(known => known.Row).OfType<string>().ToHashSet(StringComparer.Ordinal);
        try
        {
            foreach (var row in rows.Where(row => !kept.Contains(row.Key)))
            {
                _ledger.Claims.Forget(row.Key, row.Max(known => known.Claim));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LedgerUnavailableException(Messages.LedgerUnwritable.With(_ledger.Folder.Root, error.Message), error);
        }
    }

    private int StillThere(HashSet<string> removed)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var reader in _ledger.Folder.FindSegments().Select(path => new SegmentReader(path)))
        {
            _ = reader.TryRead(line =>
            {
                if (removed.Contains(line.LedgerId) && line.Step != LedgerStep.Removed)
                {
                    found.Add(line.LedgerId);
                }
            });
        }

        return found.Count;
    }
}
