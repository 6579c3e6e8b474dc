using System.Collections.Concurrent;
using System.Net;
using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Fal;

/// <summary>
/// fal's queue through somebody else's door. Submit and result are documented there, status and cancel are not: they are tried,
/// and a host that does not know them is not asked again. Addresses name fal and are put onto the host's own.
/// </summary>
internal sealed class FalAggregatorProtocol : IHostProtocol
{
    // What some aggregators want in place of the model's name, whatever the model.
    private const string AnyModel = "auto";

    private readonly FalQueueProtocol _queue = new();
    private readonly ConcurrentDictionary<string, bool> _withoutStatus = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, bool> _withoutCancel = new(StringComparer.OrdinalIgnoreCase);

    public TimeSpan SubmitLimit => _queue.SubmitLimit;

    public bool AnswersWithResult => false;

    public SubmitMarks ReadMarks(HostResponse response) => _queue.ReadMarks(response);

    public Uri SubmitAddress(HostConnection host, string model, SubmitSettings settings) => _queue.SubmitAddress(host, model, settings);

    public IEnumerable<KeyValuePair<string, string>> SubmitHeaders(SubmitSettings settings) => _queue.SubmitHeaders(settings);

    public ReadOnlyMemory<byte> SubmitBody(string model, ImageInput input) => _queue.SubmitBody(model, input);

    public Acceptance? ReadAcceptance(HostConnection host, string model, HostResponse response) =>
        _queue.ReadAcceptance(host, model, response) is { } accepted
            ? accepted with { Request = accepted.Request with { Protocol = this } }
            : null;

    public ImagenException ReadRejection(HostConnection host, string model, HostResponse response) =>
        _queue.ReadRejection(host, model, response);

    public RequestReference CreateReference(HostConnection host, string model, string requestId) =>
        _queue.CreateReference(host, model, requestId) with { Protocol = this };

    public RequestAddresses AddressesOf(Uri host, string model, string requestId) => _queue.AddressesOf(host, model, requestId);

    public async Task<RequestReading> AskStatusAsync(RequestReference request, bool logs, CancellationToken cancellation)
    {
        if (!_withoutStatus.ContainsKey(Name(request)))
        {
            var response = await request.Host.GetAsync(request.StatusUri!, cancellation).ConfigureAwait(false);
            if (StatusVerdict.Of(request, response) is { } read)
            {
                return read;
            }

            // A refusal may be of the address alone: the result tells.
            if (!response.IsSuccess && !IsUnknown(response) && (int)response.Status is not (400 or 410 or 422 or 499))
            {
                throw FalErrors.OfRead(request, response);
            }

            // Where the host knows the address and not the request, or says something, the next read may be answered.
            if ((IsUnknown(response) && !IsUnknownRequest(response)) || SaysNothing(response))
            {
                _withoutStatus[Name(request)] = true;
            }
        }

        return await AskResultAsync(request, cancellation).ConfigureAwait(false);
    }

    public IAsyncEnumerable<HostStatus> FollowAsync(RequestReference request, bool logs, CancellationToken cancellation) =>
        AsyncEnumerable.Empty<HostStatus>();

    public async Task<RequestReading> AskResultAsync(RequestReference request, CancellationToken cancellation)
    {
        using var permit = new LargeResultPermit(request.Host.Time);
        var response = await GetResultAsync(request, permit, cancellation).ConfigureAwait(false);
        return ResultVerdict.Of(request, response) ?? throw FalErrors.OfRead(request, response);
    }

    public async Task CancelAsync(RequestReference request, CancellationToken cancellation)
    {
        if (!_withoutCancel.ContainsKey(Name(request)))
        {
            var (response, _) = await request.Host.PutAsync(request.CancelUri!, cancellation).ConfigureAwait(false);
            if (CancelVerdict.Of(request, response) is not { } refused)
            {
                return;
            }

            if (!IsUnknown(response) || IsUnknownRequest(response))
            {
                throw refused;
            }

            _withoutCancel[Name(request)] = true;
        }

        throw new CancelNotSupportedException(Messages.CancelNotSupported.With(request.Host.Profile.Name))
            { RequestId = request.RequestId };
    }

    // By the model's own name first; where the host does not know that, by the name that stands for any.
    private static async Task<HostResponse> GetResultAsync(
        RequestReference request, LargeResultPermit permit, CancellationToken cancellation)
    {
        var response = await request.Host.GetResultAsync(request.ResponseUri!, permit, cancellation).ConfigureAwait(false);
        if (!IsUnknown(response))
        {
            return response;
        }

        var owner = request.Model.Split('/')[0];
        var any = HostAddress.Append(request.Host.BaseUri, $"{owner}/{AnyModel}/requests/{request.RequestId}");
        var second = await request.Host.GetResultAsync(any, permit, cancellation).ConfigureAwait(false);

        // What goes wrong at that address is about the name in it, and not about the request; but a plain "not found" says more than a
        // page.
        return second.IsSuccess && !IsUnknown(second) || second.Status == HttpStatusCode.NotFound ? second : response;
    }

    // A host that does not know an address says 404 or 405, sends on to another one, or shows a page.
    private static bool IsUnknown(HostResponse response) =>
        (int)response.Status is 404 or 405 or (>= 300 and <= 399)
        || (response.JsonObject() is null && (response.IsSuccess ? response.Status != HttpStatusCode.Accepted : IsOwnPage(response)));

    private static bool IsOwnPage(HostResponse response) =>
        response.IsPage && response.Status is (HttpStatusCode.BadRequest or HttpStatusCode.Forbidden);

    private static bool SaysNothing(HostResponse response) =>
        response.IsSuccess && response.Word("status") is null && response.Words("error", "detail") is null;

    // fal's own word, passed on.
    private static bool IsUnknownRequest(HostResponse response) =>
        response.Status == HttpStatusCode.NotFound && response.Read(FalJson.Default.FalErrorAnswer)?.Status == "NOT_FOUND";

    private static string Name(RequestReference request) => request.Host.BaseUri.AbsoluteUri;
}
