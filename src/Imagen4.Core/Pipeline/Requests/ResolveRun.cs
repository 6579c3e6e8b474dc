using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Doubts;
using Imagen4.Core.Protocols;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Requests;

/// <summary>Settles requests in doubt: by what their hosts say, or by what the user says.</summary>
/// <param name="options">What holds for every request.</param>
/// <param name="hosts">The hosts of the batch.</param>
public sealed class ResolveRun(BatchOptions options, HostConnections hosts)
{
    /// <summary>What the user says is settled.</summary>
    public const string ByUser = "User";

    private readonly RequestBook _book = new();
    private readonly DoubtSettler _settler = new(RequestLedger.Shared);

    /// <summary>Finds a request in doubt.</summary>
    /// <exception cref="RequestNotFoundException">The ledger does not know it.</exception>
    /// <exception cref="InvalidInputException">It is not in doubt.</exception>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public KnownRequest Find(string ledgerId)
    {
        var found = _book.OfLedgerId(ledgerId);
        return found.State == ImagenStates.InDoubt
            ? found
            : throw new InvalidInputException(Messages.ResolveNotInDoubt.With(ledgerId, found.State)) { RequestId = found.RequestId };
    }

    /// <summary>The name that the provider a request was sent to has now.</summary>
    /// <param name="request">The request.</param>
    /// <param name="named">What its record names, or null.</param>
    public static string ProviderOf(KnownRequest request, string? named) =>
        ProviderCatalog.NameNow(named ?? request.Known.Provider, request.Known.BaseAddress)!;

    /// <summary>The host of a request; null where it has nothing to be asked for, and no key is needed to say so.</summary>
    /// <param name="request">The request.</param>
    /// <param name="provider">The name of its provider.</param>
    /// <param name="requestId">What the user says its id is, or null.</param>
    /// <exception cref="ImagenException">There is no such provider, or no key for it.</exception>
    public HostConnection? Connect(KnownRequest request, string provider, string? requestId) =>
        (requestId ?? request.RequestId) is not null || HistoryReader.IsOffered(ProviderCatalog.Find(provider)) ? hosts.For(provider) : null;

    /// <summary>Writes down that a request was never submitted.</summary>
    public async Task<RowOutcome<ImagenRequest>> RefuseAsync(KnownRequest request)
    {
        try
        {
            return Settled(await _settler.RefuseAsync(request.Known).ConfigureAwait(false), request, ByUser);
        }
        catch (ImagenException error)
        {
            return new RowOutcome<ImagenRequest>(null, error);
        }
    }

    /// <summary>Writes down which of the host's requests it is, if the host knows that one.</summary>
    public async Task<RowOutcome<ImagenRequest>> AcceptAsync(KnownRequest request, HostConnection host, string requestId, CancellationToken cancellation)
    {
        try
        {
            var other = RequestLedger.Shared.OfRequestId(request.Known.BaseAddress, request.Known.Provider, requestId);
            if (other is not null && other.LedgerId != request.LedgerId)
            {
                throw new InvalidInputException(Messages.ResolveOthers.With(requestId, other.LedgerId)) { RequestId = requestId };
            }

            var isThere = await TimeLimit
                .RunAsync(options.TimeLimit, host, token => DoubtSettler.IsThereAsync(host, request.Known, requestId, token), cancellation)
                .ConfigureAwait(false);
            return isThere
                ? Settled(await _settler.AcceptAsync(request.Known, requestId).ConfigureAwait(false), request, ByUser)
                : throw new RequestNotFoundException(
                    Messages.RequestNotFound.With(requestId, host.Profile.Name, request.Known.Model)) { RequestId = requestId };
        }
        catch (ImagenException error)
        {
            return new RowOutcome<ImagenRequest>(null, error);
        }
    }

    /// <summary>Asks the host.</summary>
    /// <param name="request">The request.</param>
    /// <param name="provider">The name of its provider.</param>
    /// <param name="host">The host; null where it has nothing to be asked for.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<RowOutcome<ImagenRequest>> AskAsync(KnownRequest request, string provider, HostConnection? host, CancellationToken cancellation)
    {
        try
        {
            var (known, match) = host is null
                ? new Settlement(request.Known, Match: null)
                : await TimeLimit
                    .RunAsync(options.TimeLimit, host, token => _settler.SettleAsync(host, request.Known, takesLikely: true, token), cancellation)
                    .ConfigureAwait(false);
            switch (match?.Finding)
            {
                case HistoryFinding.Certain or HistoryFinding.Absent:
                    return Settled(known, request, nameof(HistoryFinding.Certain));
                case HistoryFinding.Likely:
                    options.Warn?.Invoke(Messages.ResolveLikely.With(match.RequestId, provider, request.LedgerId));
                    return Settled(known, request, nameof(HistoryFinding.Likely));
                case null:
                    var why = AnswersOnce(provider) ? Messages.ResolveLost : Messages.ResolveNoHistory;
                    return Stays(request, why.With(provider, Sent(request), request.LedgerId));
                default:
                    return Stays(request, Messages.ResolveNotTold.With(provider, match.Candidates, Sent(request), request.LedgerId));
            }
        }
        catch (ImagenException error)
        {
            return new RowOutcome<ImagenRequest>(null, error);
        }
    }

    private static bool AnswersOnce(string provider) =>
        HostProtocols.For(ProviderCatalog.Find(provider).Protocol).AnswersWithResult;

    private static DateTime Sent(KnownRequest request) => DateTimeOffset.FromUnixTimeMilliseconds(request.Known.Started).UtcDateTime;

    private static RowOutcome<ImagenRequest> Stays(KnownRequest request, string why) =>
        new(request.ToObject(), new SubmissionInDoubtException(why) { RequestId = request.RequestId });

    private static RowOutcome<ImagenRequest> Settled(LedgerRequest? settled, KnownRequest request, string certainty)
    {
        if (settled is not { } known)
        {
            throw new InvalidInputException(Messages.ResolveChanged.With(request.LedgerId));
        }

        var now = new KnownRequest(known, isWorkedOn: false).ToObject();
        now.Certainty = certainty;
        return new RowOutcome<ImagenRequest>(now, null);
    }
}
