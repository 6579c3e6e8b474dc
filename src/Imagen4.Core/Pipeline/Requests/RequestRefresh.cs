using System.Collections.Concurrent;
using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Requests;

/// <summary>
/// Asks the hosts about requests that they were last known to work on, and tells the ledger. What a host cannot be asked about stays as it
/// was last known, and a host that answers nothing is not asked again.
/// </summary>
public sealed class RequestRefresh
{
    // Status reads are small; a host's own limit is for requests that generate.
    private const int AtOnce = 8;
    private const int MostNamed = 10;

    private static readonly TimeSpan LongestQuestion = TimeSpan.FromSeconds(5);

    // Hosts answer sooner. Whoever waits for longer leaves its place to the next: a question without an answer holds up no other one.
    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(0.25);

    private readonly BatchOptions _options;
    private readonly RequestLookup _requests;
    private readonly RequestFollowUp _followUp;
    private readonly ConcurrentDictionary<string, AskedProvider> _providers = new(StringComparer.OrdinalIgnoreCase);

    private readonly ConcurrentBag<string> _gone = [];

    internal RequestRefresh(ClientServices services, BatchOptions options) =>
        (_options, _requests, _followUp) = (options, new RequestLookup(services), new RequestFollowUp(services, options));

    /// <summary>What the user should know when all have been asked about.</summary>
    public IEnumerable<string> Warnings => Gone is { } gone ? Failures.Append(gone) : Failures;

    /// <summary>One line for every provider that could not be asked.</summary>
    public IEnumerable<string> Failures => _providers.OrderBy(provider => provider.Key, StringComparer.OrdinalIgnoreCase)
        .Where(provider => provider.Value.Error is not null)
        .Select(provider => Messages.RefreshFailed.With(
            provider.Key, provider.Value.Unanswered, PlainText.Line(provider.Value.Error!.Message)));

    /// <summary>One line for the requests that their hosts no longer have; null where there are none.</summary>
    public string? Gone => _gone.IsEmpty ? null : Messages.RefreshGone.With(
        _gone.Count,
        string.Join(", ", _gone.Order(StringComparer.Ordinal).Take(MostNamed)) + (_gone.Count > MostNamed ? ", ..." : ""));

    /// <summary>Asks about requests.</summary>
    /// <param name="requests">The requests; those that have ended, or have no id yet, are not asked about.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>All of them as objects, in their order, as they are known now.</returns>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<IReadOnlyList<ImagenRequest>> RunAsync(
        IReadOnlyList<RequestView> requests, CancellationToken cancellation)
    {
        using var turns = new SemaphoreSlim(AtOnce);
        var asked = new List<Task<ImagenRequest>>(requests.Count);
        try
        {
            foreach (var request in requests)
            {
                await turns.WaitAsync(cancellation).ConfigureAwait(false);
                asked.Add(TakeTurnAsync(request, turns, cancellation));
            }
        }
        catch (OperationCanceledException)
        {
            // Those that were begun end too, before what they use does.
        }

        var shown = await Task.WhenAll(asked).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return shown;
    }

    private async Task<ImagenRequest> TakeTurnAsync(RequestView request, SemaphoreSlim turns, CancellationToken cancellation)
    {
        var asked = AskAsync(request, cancellation);
        using (var answered = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
        {
            _ = await Task.WhenAny(asked, Task.Delay(LongestTurn, _options.Time, answered.Token)).ConfigureAwait(false);
            await answered.CancelAsync().ConfigureAwait(false);
        }

        _ = turns.Release();
        return await asked.ConfigureAwait(false);
    }

    private async Task<ImagenRequest> AskAsync(RequestView request, CancellationToken cancellation)
    {
        if (request is not { State: ImagenStates.InQueue or ImagenStates.InProgress, RequestId: { } id })
        {
            return await _requests.ToObjectAsync(request, cancellation).ConfigureAwait(false);
        }

        var status = await ReadAsync(request, id, cancellation).ConfigureAwait(false);
        var shown = _requests.ToObject(await _requests.OfLedgerIdAsync(request.LedgerId, cancellation).ConfigureAwait(false));
        if (status is not null && status.State == shown.State)
        {
            // The ledger records changes only.
            (shown.QueuePosition, shown.UpdatedAt) = (status.QueuePosition, _options.Time.GetUtcNow().UtcDateTime);
        }
        else if (status is null && shown is { State: ImagenStates.Failed, ErrorType: "RequestNotFound" })
        {
            _gone.Add(id);
        }

        return shown;
    }

    private async Task<ImagenRequestStatus?> ReadAsync(RequestView request, string id, CancellationToken cancellation)
    {
        var provider = _providers.GetOrAdd(request.Known.Provider, _ => new AskedProvider());
        var answersBefore = provider.Answers;
        using var asking = CancellationTokenSource.CreateLinkedTokenSource(cancellation, provider.GivenUp);
        try
        {
            asking.Token.ThrowIfCancellationRequested();
            var known = request.Known;
            var record = new RequestRecord { Index = known.Index, RequestId = id, Provider = known.Provider, Model = known.Model };
            var located = await _followUp.LocateAsync(record, cancellation).ConfigureAwait(false);
            var reference = _followUp.CreateReference(located);
            using var limit = new Deadline(LongestQuestion, reference.Host.Time, asking.Token);
            try
            {
                var read = await _followUp.ReadStatusAsync(reference, logs: false, changed: null, limit.Token).ConfigureAwait(false);

                // A request that the host no longer has is news of that request, and not of the host.
                if (read.Error is null or RequestNotFoundException)
                {
                    provider.Answer();
                    return read.Value;
                }

                provider.GiveUp(read.Error);
            }
            catch (OperationCanceledException error) when (!asking.IsCancellationRequested)
            {
                provider.Miss(TimeLimit.Passed(LongestQuestion, reference.Host.BaseUri.Host, error), isSilent: provider.Answers == answersBefore);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            provider.Miss();
        }
        catch (ImagenException error)
        {
            provider.GiveUp(error);
        }

        return null;
    }
}
