using System.Collections.Concurrent;
using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Requests;

/// <summary>
/// Asks the hosts about requests that they were last known to work on, and tells the ledger. What a host cannot be asked about stays as it
/// was last known, and a host that does not answer is not asked again.
/// </summary>
public sealed class RequestRefresh
{
    // Status reads are small; a host's own limit is for requests that generate.
    private const int AtOnce = 8;
    private const int MostNamed = 10;

    private static readonly TimeSpan LongestQuestion = TimeSpan.FromSeconds(5);

    private readonly BatchOptions _options;
    private readonly RequestLookup _requests;
    private readonly RequestFollowUp _followUp;
    private readonly ConcurrentDictionary<string, (ImagenException Error, int Requests)> _failures = new(StringComparer.OrdinalIgnoreCase);

    private readonly ConcurrentBag<string> _gone = [];

    internal RequestRefresh(ClientServices services, BatchOptions options) =>
        (_options, _requests, _followUp) = (options, new RequestLookup(services), new RequestFollowUp(services, options));

    /// <summary>What the user should know when all have been asked about.</summary>
    public IEnumerable<string> Warnings => Gone is { } gone ? Failures.Append(gone) : Failures;

    /// <summary>One line for every provider that could not be asked.</summary>
    public IEnumerable<string> Failures => _failures.OrderBy(failure => failure.Key, StringComparer.OrdinalIgnoreCase)
        .Select(failure => Messages.RefreshFailed.With(failure.Key, failure.Value.Requests, PlainText.Line(failure.Value.Error.Message)));

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
        var shown = new ImagenRequest[requests.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation };
        await Parallel.ForAsync(0, requests.Count, parallel, async (at, stopping) =>
            shown[at] = await AskAsync(requests[at], stopping).ConfigureAwait(false)).ConfigureAwait(false);
        return shown;
    }

    private async ValueTask<ImagenRequest> AskAsync(RequestView request, CancellationToken cancellation)
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
        var provider = request.Known.Provider;
        if (_failures.TryGetValue(provider, out var failed))
        {
            return Fail(provider, failed.Error);
        }

        try
        {
            var known = request.Known;
            var record = new RequestRecord { Index = known.Index, RequestId = id, Provider = provider, Model = known.Model };
            var located = await _followUp.LocateAsync(record, cancellation).ConfigureAwait(false);
            var reference = _followUp.CreateReference(located);
            var read = await TimeLimit.RunAsync(LongestQuestion, reference.Host, token =>
                _followUp.ReadStatusAsync(reference, logs: false, changed: null, token), cancellation).ConfigureAwait(false);

            // A request that the host no longer has is news of that request, and not of the host.
            return read.Error is null or RequestNotFoundException ? read.Value : Fail(provider, read.Error);
        }
        catch (ImagenException error)
        {
            return Fail(provider, error);
        }
    }

    private ImagenRequestStatus? Fail(string provider, ImagenException error)
    {
        _ = _failures.AddOrUpdate(provider, (error, 1), (_, before) => (before.Error, before.Requests + 1));
        return null;
    }
}
