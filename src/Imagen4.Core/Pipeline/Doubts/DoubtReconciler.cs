using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Pipeline.Files;
using Imagen4.Core.Protocols;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;

namespace Imagen4.Core.Pipeline.Doubts;

/// <summary>Asks a host what has become of a request in doubt, and writes down what it says.</summary>
/// <param name="ledger">The ledger.</param>
/// <param name="protocols">What hosts speak.</param>
internal sealed class DoubtReconciler(RequestLedger ledger, HostProtocols protocols)
{
    private readonly StoredFiles _stored = new(() => ledger, protocols.Storage);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Asks.</summary>
    /// <param name="host">The host the request was sent to.</param>
    /// <param name="doubt">What is known of it.</param>
    /// <param name="takesLikely">Whether a likely match settles it, too.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ImagenException">The host cannot be asked.</exception>
    /// <exception cref="LedgerUnavailableException">What it says cannot be written down.</exception>
    public async Task<Reconciliation> ReconcileAsync(HostConnection host, LedgerRequest doubt, bool takesLikely,
        CancellationToken cancellation)
    {
        // A header of the answer may have named the request.
        if (doubt.RequestId is { } named && MayConfirm(host, doubt)
            && !await IsOthersAsync(host, doubt, named, cancellation).ConfigureAwait(false)
            && await IsThereAsync(host, doubt, named, cancellation).ConfigureAwait(false))
        {
            return new Reconciliation(await AcceptAsync(doubt, named).ConfigureAwait(false),
                new HistoryMatch(HistoryFinding.Certain, named));
        }

        if (!HistoryReader.IsOffered(host.Profile) || !IsItsHost(host, doubt))
        {
            return new Reconciliation(doubt, Match: null);
        }

        var match = await FindAsync(host, doubt, cancellation).ConfigureAwait(false);
        return new Reconciliation(
            match.Finding switch
            {
                HistoryFinding.Likely when takesLikely => await AcceptAsync(doubt, match.RequestId!).ConfigureAwait(false),
                HistoryFinding.Absent => await RefuseAsync(doubt, CancellationToken.None).ConfigureAwait(false),
                _ => doubt,
            },
            match);
    }

    /// <summary>Whether a host is where a request was sent: the list of another one says nothing about it.</summary>
    public static bool IsItsHost(HostConnection host, LedgerRequest doubt) =>
        doubt.BaseAddress.Length == 0 || doubt.BaseAddress == ProviderAddress.Normal(host.BaseUri);

    /// <summary>
    /// Whether a host can say that it has a request: where it was sent, and where its provider has moved to, but no other provider.
    /// </summary>
    public static bool MayConfirm(HostConnection host, LedgerRequest doubt) =>
        IsItsHost(host, doubt) || host.Profile.Name.Equals(doubt.Provider, StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes down that the host has the request.</summary>
    /// <returns>What is known then; null where that has changed meanwhile.</returns>
    public Task<LedgerRequest?> AcceptAsync(LedgerRequest doubt, string requestId) =>
        ledger.SettleAsync(RequestState.Accepted, doubt, requestId);

    /// <summary>Writes down that the host never got the request.</summary>
    /// <returns>What is known then; null where that has changed meanwhile.</returns>
    public Task<LedgerRequest?> RefuseAsync(LedgerRequest doubt, CancellationToken stop = default) =>
        ledger.SettleAsync(RequestState.NotSubmitted, doubt, stop: stop);

    /// <summary>Whether a host knows a request by an id; a host whose answer is the result knows none.</summary>
    /// <exception cref="ImagenException">The host cannot be asked.</exception>
    public async Task<bool> IsThereAsync(HostConnection host, LedgerRequest doubt, string requestId, CancellationToken cancellation)
    {
        var protocol = protocols.For(host);
        try
        {
            var request = protocol.CreateReference(host, doubt.Model, requestId);
            _ = await protocol.ReadStatusAsync(request, logs: false, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (RequestNotFoundException)
        {
            return false;
        }
    }

    // Where its provider has moved to, the id may be another request's.
    private async Task<bool> IsOthersAsync(HostConnection host, LedgerRequest doubt, string requestId, CancellationToken cancellation) =>
        !IsItsHost(host, doubt)
        && await ledger.FindByRequestIdAsync(ProviderAddress.Normal(host.BaseUri), doubt.Provider, requestId, cancellation)
            .ConfigureAwait(false) is { } there
        && there.LedgerId != doubt.LedgerId;

    // What a host lists may lag behind what it has accepted: only after that time does it count that a request is not listed.
    // A submission whose process is gone may have been on its way until now.
    private async Task<HistoryMatch> FindAsync(HostConnection host, LedgerRequest doubt, CancellationToken cancellation)
    {
        var reader = new HistoryReader(host);
        var lag = host.Profile.HistoryLag is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        var ended = doubt.Step == RequestState.InDoubt
            ? DateTimeOffset.FromUnixTimeMilliseconds(doubt.Time)
            : host.Time.GetUtcNow();
        var sought = new HistoryQuery(
            doubt.Model,
            doubt.IsWithoutPrompt ? null : doubt.Input,
            await SentAsync(host, doubt, cancellation).ConfigureAwait(false),
            DateTimeOffset.FromUnixTimeMilliseconds(doubt.Started),
            DateTimeOffset.FromUnixTimeMilliseconds(doubt.Time));
        for (var isAgain = false; ; isAgain = true)
        {
            var asked = host.Time.GetUtcNow();
            var match = await reader.FindAsync(sought, (id, token) => IsOthersAsync(doubt, id, token), cancellation).ConfigureAwait(false);
            if (match.Finding != HistoryFinding.Absent || asked >= ended + lag)
            {
                return match;
            }

            // Waited for once and no longer than the lag: the clock may have gone back.
            if (isAgain || lag is not { } pause || pause > LongestPause)
            {
                return new HistoryMatch(HistoryFinding.Unknown);
            }

            await Task.Delay(pause, host.Time, cancellation).ConfigureAwait(false);
        }
    }

    // What was sent for files is their addresses, as far as they are still known.
    private async Task<ImageInput?> SentAsync(HostConnection host, LedgerRequest doubt, CancellationToken cancellation)
    {
        if (doubt is not { IsWithoutPrompt: false, Input: { } input })
        {
            return null;
        }

        var addresses = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in FileReference.In(input).DistinctBy(file => file.Sha256))
        {
            if (await _stored.FindEvenEndedAsync(host, file.Sha256, cancellation).ConfigureAwait(false) is not { } upload)
            {
                return null;
            }

            addresses[file.Sha256] = upload.Address;
        }

        return FileReference.Replace(input, file => addresses[file.Sha256]);
    }

    private async Task<bool> IsOthersAsync(LedgerRequest doubt, string requestId, CancellationToken cancellation) =>
        await ledger.FindByRequestIdAsync(doubt.BaseAddress, doubt.Provider, requestId, cancellation).ConfigureAwait(false) is { } other
        && other.LedgerId != doubt.LedgerId;
}

/// <summary>What has become of a request in doubt.</summary>
/// <param name="Known">What is known of it now; null where that has changed meanwhile.</param>
/// <param name="Match">What the host's history said; null where it was not asked.</param>
internal sealed record Reconciliation(LedgerRequest? Known, HistoryMatch? Match);
