using System.Runtime.CompilerServices;
using Imagen4.Core.Http;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Requests;

/// <summary>What the ledger knows, for those who want to look at it. No host is asked and nothing is written.</summary>
public sealed class RequestLookup
{
    // Submissions before the newest of a row that may still cost something.
    private static readonly RequestState[] Open = [.. RequestView.Unfinished, .. RequestView.StatesOf([ImagenStates.InDoubt])];

    private readonly ClientServices _services;

    internal RequestLookup(ClientServices services) => _services = services;

    /// <summary>The states a request can be asked for by.</summary>
    public static IReadOnlyList<string> States { get; } =
    [
        ImagenStates.Pending, ImagenStates.InQueue, ImagenStates.InProgress, ImagenStates.Completed, ImagenStates.Delivered,
        ImagenStates.Failed, ImagenStates.Rejected, ImagenStates.Cancelled, ImagenStates.InDoubt,
    ];

    /// <summary>Where the ledger is.</summary>
    public string LedgerPath => Ledger.Location;

    // Not before it is used: what was chosen may be no ledger.
    private RequestLedger Ledger => _services.Ledger;

    /// <summary>The requests that are wanted, in the order in which their rows were claimed. They are read as they are asked for.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async IAsyncEnumerable<RequestView> FindAsync(RequestFilter filter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var (request, isReplaced) in ReadAsync(filter, filter.History, cancellation).ConfigureAwait(false))
        {
            if (filter.History || !isReplaced)
            {
                yield return request;
            }
        }
    }

    /// <summary>The requests that are wanted and are not listed without their history, because their rows have newer ones.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public IAsyncEnumerable<RequestView> FindReplacedAsync(RequestFilter filter, CancellationToken cancellation) =>
        ReadAsync(filter, withReplaced: true, cancellation).Where(read => read.IsReplaced).Select(read => read.Request);

    private async IAsyncEnumerable<(RequestView Request, bool IsReplaced)> ReadAsync(
        RequestFilter filter, bool withReplaced, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // Many requests have one owner, and a look at a lock is a call to the system.
        var alive = new Dictionary<long, bool>();
        var query = new LedgerQuery
        {
            States = filter.States.Count == 0 && filter.Unfinished ? RequestView.Unfinished : RequestView.StatesOf(filter.States),
            Since = filter.Since?.ToUnixTimeMilliseconds(),
            Until = filter.Until?.ToUnixTimeMilliseconds(),
            Before = filter.Before?.ToUnixTimeMilliseconds(),
            WithSuperseded = withReplaced,
            EvenSuperseded = Open,
            SupersededElsewhere = RequestView.EndedBadly,
        };
        await foreach (var (known, isNewest) in Ledger.ListAsync(query, cancellation).ConfigureAwait(false))
        {
            var request = await OfAsync(known, alive, cancellation).ConfigureAwait(false);
            if (request.Is(filter))
            {
                yield return (request, !(isNewest || request.IsOpen || request.State == ImagenStates.InDoubt));
            }
        }
    }

    /// <summary>The newest requests, newest first.</summary>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<IReadOnlyList<RequestView>> FindNewestAsync(int most, CancellationToken cancellation) =>
        await OfAsync(await Ledger.FindNewestAsync(most, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);

    /// <summary>The earlier submissions of a request's row that are over, where it is the newest: nobody else stands for them.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<IReadOnlyList<RequestView>> EarlierAsync(RequestView request, CancellationToken cancellation)
    {
        var all = request.Known.Row is { } row ? await Ledger.FindGenerationsAsync(row, cancellation).ConfigureAwait(false) : [];
        if (all.Count == 0 || all[^1].LedgerId != request.LedgerId)
        {
            return [];
        }

        // Images of an earlier one are not forgotten with a newer one that has failed.
        return [.. (await OfAsync(all.SkipLast(1), cancellation).ConfigureAwait(false))
            .Where(known => known.IsFinished && known.State != ImagenStates.Completed)
            .Where(known => known.State != ImagenStates.Delivered || request.State == ImagenStates.Delivered)];
    }

    /// <summary>The time since when exactly these requests have been submitted and are open; null where others are, too.</summary>
    /// <param name="ledgerIds">The ledger's ids of the requests.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<DateTimeOffset?> OpenSinceAsync(IReadOnlyCollection<string> ledgerIds, CancellationToken cancellation)
    {
        var wanted = ledgerIds.ToHashSet(StringComparer.Ordinal);
        var known = await Task.WhenAll(wanted.Select(id => Ledger.FindAsync(id, cancellation))).ConfigureAwait(false);
        if (known.OfType<LedgerRequest>().MinBy(request => request.Started) is not { } earliest)
        {
            return null;
        }

        var since = DateTimeOffset.FromUnixTimeMilliseconds(earliest.Started);
        var filter = new RequestFilter { Unfinished = true, Since = since };
        var open = await FindAsync(filter, cancellation).Select(request => request.LedgerId)
            .ToHashSetAsync(StringComparer.Ordinal, cancellation).ConfigureAwait(false);
        return wanted.SetEquals(open) ? since : null;
    }

    /// <summary>A request by the ledger's own id.</summary>
    /// <exception cref="RequestNotFoundException">The ledger does not know it.</exception>
    public async Task<RequestView> OfLedgerIdAsync(string ledgerId, CancellationToken cancellation) =>
        await Ledger.FindAsync(ledgerId, cancellation).ConfigureAwait(false) is { } known
        ? await OfAsync(known, [], cancellation).ConfigureAwait(false)
        : throw new RequestNotFoundException(Messages.LedgerIdUnknown.With(PlainText.Brief(ledgerId), Ledger.Location));

    /// <summary>The requests with a host's id: ids of different hosts may be the same.</summary>
    /// <exception cref="RequestNotFoundException">The ledger knows none.</exception>
    public async Task<IReadOnlyList<RequestView>> OfRequestIdAsync(string requestId, CancellationToken cancellation)
    {
        var known = await Ledger.FindByRequestIdAsync(requestId, cancellation).ConfigureAwait(false);
        var found = await OfAsync(known, cancellation).ConfigureAwait(false);
        return found.Count > 0
            ? found
            : throw new RequestNotFoundException(Messages.RequestIdNotInLedger.With(PlainText.Brief(requestId),
                Ledger.Location))
            {
                RequestId = requestId, NextCommand = Messages.CommandReceiveNow.With(CommandText.Argument(requestId)),
            };
    }

    /// <summary>Makes sure that a text is a state.</summary>
    /// <exception cref="InvalidInputException">It is not one.</exception>
    public static void RequireState(string state)
    {
        if (!States.Contains(state, StringComparer.OrdinalIgnoreCase))
        {
            throw new InvalidInputException(
                Messages.StateUnknown.With(PlainText.Brief(state), string.Join(", ", States)) + CloseMatch.Hint(state, States))
            {
                Parameter = "State",
                NextCommand = CloseMatch.Find(state, States) is { } meant ? Messages.CommandOtherState.With(meant) : null,
            };
        }
    }

    internal async ValueTask<RequestView> OfAsync(LedgerRequest known, Dictionary<long, bool> alive, CancellationToken cancellation) =>
        new(known, await Ledger.IsWorkedOnAsync(known, alive, cancellation).ConfigureAwait(false));

    private async Task<List<RequestView>> OfAsync(IEnumerable<LedgerRequest> all, CancellationToken cancellation)
    {
        var alive = new Dictionary<long, bool>();
        var views = new List<RequestView>();
        foreach (var known in all)
        {
            views.Add(await OfAsync(known, alive, cancellation).ConfigureAwait(false));
        }

        return views;
    }

    /// <summary>
    /// A request as an object of the pipeline, as <see cref="ToObject"/> makes it. A file that is another request's by now is not listed as
    /// its image; one that is gone is.
    /// </summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async ValueTask<ImagenRequest> ToObjectAsync(RequestView view, CancellationToken cancellation)
    {
        var request = ToObject(view);
        foreach (var image in request.Images.Where(image => SavedFile.Exists(image.Path)))
        {
            if (!await Ledger.IsOwnFileAsync(view.LedgerId, image, cancellation).ConfigureAwait(false))
            {
                image.Path = null;
            }
        }

        request.Path = request.Images.Select(image => image.Path).FirstOrDefault(path => path is not null);
        return request;
    }

    /// <summary>A request as an object of the pipeline, with the addresses it is asked about at. It needs its provider's profile, and no
    /// key.</summary>
    public ImagenRequest ToObject(RequestView view)
    {
        var request = LedgerObjects.Of<ImagenRequest>(view.Known, view.IsWorkedOn);
        if (request is not { RequestId: { } id, Model: { } model, Provider: { } provider } || !RequestIds.IsOne(id))
        {
            return request;
        }

        try
        {
            // A profile that is gone, or an emulator that does not run, has no address.
            if (_services.Providers.Find(provider) is { BaseUri: { } host } profile)
            {
                LedgerObjects.Address(request, _services.Protocols.For(profile.Protocol).AddressesOf(host, model, id));
            }
        }
        catch (InvalidInputException)
        {
        }

        return request;
    }
}
