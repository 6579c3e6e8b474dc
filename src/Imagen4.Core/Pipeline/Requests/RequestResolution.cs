using Imagen4.Core.Http;
using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Doubts;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Requests;

/// <summary>Settles requests in doubt: by what their hosts say, or by what the user says.</summary>
public sealed class RequestResolution
{
    /// <summary>What the user says is settled.</summary>
    public const string ByUser = "User";

    private readonly ClientServices _services;
    private readonly BatchOptions _options;
    private readonly HostConnections _hosts;
    private readonly RequestLookup _requests;
    private readonly DoubtReconciler _reconciler;

    internal RequestResolution(ClientServices services, BatchOptions options)
    {
        (_services, _options) = (services, options);
        _hosts = new HostConnections(services.Providers, options);
        _requests = new RequestLookup(services);
        _reconciler = new DoubtReconciler(services.Ledger, services.Protocols);
    }

    /// <summary>Finds a request in doubt.</summary>
    /// <exception cref="RequestNotFoundException">The ledger does not know it.</exception>
    /// <exception cref="InvalidInputException">It is not in doubt.</exception>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<RequestView> FindAsync(string ledgerId, CancellationToken cancellation)
    {
        var found = await _requests.OfLedgerIdAsync(ledgerId, cancellation).ConfigureAwait(false);
        return found.State == ImagenStates.InDoubt
            ? found
            : throw new InvalidInputException(Messages.ResolveNotInDoubt.With(ledgerId, found.State)) { RequestId = found.RequestId };
    }

    /// <summary>The name that the provider a request was sent to has now.</summary>
    /// <param name="request">The request.</param>
    /// <param name="named">What its record names, or null.</param>
    public string ProviderOf(RequestView request, string? named) =>
        _services.Providers.CurrentNameOf(named ?? request.Known.Provider, request.Known.BaseAddress)!;

    /// <summary>The host of a request; null where it has nothing to be asked for, and no key is needed to say so.</summary>
    /// <param name="request">The request.</param>
    /// <param name="provider">The name of its provider.</param>
    /// <param name="requestId">What the user says its id is, or null.</param>
    /// <exception cref="ImagenException">There is no such provider, or no key for it.</exception>
    public HostConnection? Connect(RequestView request, string provider, string? requestId) =>
        (requestId ?? request.RequestId) is not null || HistoryReader.IsOffered(_services.Providers.Find(provider))
            ? _hosts.For(provider)
            : null;

    /// <summary>Writes down that a request was never submitted.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellation">Leaves it as it is, also where another program's lock has held the change up.</param>
    public async Task<RowOutcome<ImagenRequest>> RefuseAsync(RequestView request, CancellationToken cancellation)
    {
        try
        {
            var settled = await _reconciler.RefuseAsync(request.Known, cancellation).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            return Settled(settled, request, ByUser);
        }
        catch (ImagenException error)
        {
            return new RowOutcome<ImagenRequest>(null, error);
        }
    }

    /// <summary>Writes down which of the host's requests it is, if the host knows that one.</summary>
    public async Task<RowOutcome<ImagenRequest>> AcceptAsync(RequestView request, HostConnection host, string requestId,
        CancellationToken cancellation)
    {
        try
        {
            var known = request.Known;
            var other = await _services.Ledger
                .FindByRequestIdAsync(ProviderAddress.Normal(host.BaseUri), known.Provider, requestId, cancellation)
                .ConfigureAwait(false);
            if (other is not null && other.LedgerId != request.LedgerId)
            {
                throw new InvalidInputException(Messages.ResolveOthers.With(requestId, other.LedgerId)) { RequestId = requestId };
            }

            if (!DoubtReconciler.MayConfirm(host, known))
            {
                throw new InvalidInputException(Elsewhere(request, host.Profile.Name)!) { RequestId = requestId };
            }

            var isThere = await TimeLimit
                .RunAsync(_options.TimeLimit, host, token => _reconciler.IsThereAsync(host, request.Known, requestId, token), cancellation)
                .ConfigureAwait(false);
            return isThere
                ? Settled(await _reconciler.AcceptAsync(request.Known, requestId).ConfigureAwait(false), request, ByUser)
                : throw new RequestNotFoundException(
                    Messages.RequestNotFound.With(requestId, host.Profile.Name, request.Known.Model))
                    {
                        RequestId = requestId, NextCommand = ShowWhatWasSent(request),
                    };
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
    public async Task<RowOutcome<ImagenRequest>> AskAsync(RequestView request, string provider, HostConnection? host,
        CancellationToken cancellation)
    {
        try
        {
            var (known, match) = host is null
                ? new Reconciliation(request.Known, Match: null)
                : await TimeLimit
                    .RunAsync(_options.TimeLimit, host, token =>
                        _reconciler.ReconcileAsync(host, request.Known, takesLikely: true, token), cancellation)
                    .ConfigureAwait(false);
            switch (match?.Finding)
            {
                case HistoryFinding.Certain or HistoryFinding.Absent:
                    return Settled(known, request, nameof(HistoryFinding.Certain));
                case HistoryFinding.Likely:
                    _options.Warn?.Invoke(Messages.ResolveLikely.With(match.RequestId, provider, request.LedgerId));
                    return Settled(known, request, nameof(HistoryFinding.Likely));
                case null when Elsewhere(request, provider) is { } elsewhere:
                    return Stays(request, elsewhere);
                case null:
                    var why = AnswersOnce(provider) ? Messages.ResolveLost : Messages.ResolveNoHistory;
                    return Stays(request, why.With(provider, Sent(request), request.LedgerId));
                default:
                    return Stays(request, Messages.ResolveNotTold.With(provider, match.Candidates, Sent(request), request.LedgerId)
                        + (request.Known.IsWithoutPrompt ? Messages.ResolveWithoutPrompt : ""));
            }
        }
        catch (ImagenException error)
        {
            return new RowOutcome<ImagenRequest>(null, error);
        }
    }

    // Null where the provider has the address that the request was sent to.
    private string? Elsewhere(RequestView request, string provider) =>
        request.Known.BaseAddress is { Length: > 0 } sentTo && _services.Providers.AddressOf(provider) is { } now && now != sentTo
            ? Messages.ResolveElsewhere.With(request.LedgerId, sentTo, provider, now)
            : null;

    private bool AnswersOnce(string provider) =>
        _services.Protocols.For(_services.Providers.Find(provider).Protocol).AnswersWithResult;

    private static DateTime Sent(RequestView request) => DateTimeOffset.FromUnixTimeMilliseconds(request.Known.Started).UtcDateTime;

    private RowOutcome<ImagenRequest> Stays(RequestView request, string why) =>
        new(_requests.ToObject(request), new SubmissionInDoubtException(why)
        {
            RequestId = request.RequestId,

            // The host's list has been asked. What is left is for a person to decide, with the commands in the message.
            NextCommand = ShowWhatWasSent(request),
        });

    private static string ShowWhatWasSent(RequestView request) =>
        $"Get-ImagenRequest -LedgerId {request.LedgerId} | Format-List # {Messages.ResolveDecision}";

    private RowOutcome<ImagenRequest> Settled(LedgerRequest? settled, RequestView request, string certainty)
    {
        if (settled is not { } known)
        {
            throw new InvalidInputException(Messages.ResolveChanged.With(request.LedgerId));
        }

        var now = _requests.ToObject(new RequestView(known, isWorkedOn: false));
        now.Certainty = certainty;
        return new RowOutcome<ImagenRequest>(now, null);
    }
}
