using Imagen4.Core.Ledger;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Requests;

/// <summary>Forgets requests: what was sent, what came of it, and who worked on it.</summary>
public sealed class RequestRemoval
{
    private readonly RequestLookup _requests;
    private readonly RequestLedger _ledger;

    internal RequestRemoval(ClientServices services) => (_requests, _ledger) = (new RequestLookup(services), services.Ledger);

    /// <summary>Makes sure that a request can be forgotten.</summary>
    /// <exception cref="InvalidInputException">It goes on, or is in doubt.</exception>
    public static void RequireFinished(RequestView request)
    {
        if (!request.IsFinished && !request.IsDamaged)
        {
            var message = request.State == ImagenStates.InDoubt ? Messages.RemoveInDoubt
                : request is { State: ImagenStates.Pending, RequestId: null } ? Messages.RemoveBeingSubmitted
                : Messages.RemoveUnfinished;
            throw new InvalidInputException(message.With(
                request.RequestId ?? request.LedgerId, request.State, request.LedgerId)) { RequestId = request.RequestId };
        }
    }

    /// <summary>Makes sure that requests in a state can be forgotten.</summary>
    /// <exception cref="InvalidInputException">They go on, or are in doubt.</exception>
    public static void RequireFinishedState(string state)
    {
        RequestLookup.RequireState(state);
        string[] open = [ImagenStates.Pending, ImagenStates.InQueue, ImagenStates.InProgress, ImagenStates.InDoubt];
        if (open.Contains(state, StringComparer.OrdinalIgnoreCase))
        {
            throw new InvalidInputException(Messages.RemoveStateUnfinished.With(state));
        }
    }

    /// <summary>Forgets requests. One that somebody has gone on with meanwhile stays.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="cancellation">Leaves those that are still there, also where another program's lock has held it up.</param>
    /// <returns>How many are forgotten, but cannot be overwritten yet where they stood, because other processes read there.</returns>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be written.</exception>
    public async Task<int> RunAsync(IReadOnlyList<RequestView> requests, CancellationToken cancellation = default)
    {
        // Together, so that they share their flushes.
        await Task.WhenAll(requests.Select(request => ForgetAsync(request, cancellation))).ConfigureAwait(false);
        RemovePartialFiles(requests.Select(request => request.Known));
        return await _ledger.OverwriteForgottenAsync().ConfigureAwait(false) ? 0 : requests.Count;
    }

    private async Task ForgetAsync(RequestView request, CancellationToken cancellation)
    {
        for (var known = request;
            (known.IsFinished || known.IsDamaged) && !await _ledger.RemoveAsync(known.Known, cancellation).ConfigureAwait(false);)
        {
            cancellation.ThrowIfCancellationRequested();
            if (await _ledger.FindAsync(request.LedgerId, CancellationToken.None).ConfigureAwait(false) is not { } now)
            {
                return;
            }

            known = await _requests.OfAsync(now, [], CancellationToken.None).ConfigureAwait(false);
        }
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
}
