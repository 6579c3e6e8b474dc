using System.Globalization;
using System.Text.Json;
using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Fal;

/// <summary>
/// fal's queue. A submit goes to the whole endpoint id, everything else to owner and alias. There is no failed state:
/// a failure is COMPLETED, and the result read carries the error with the model's own status.
/// </summary>
internal sealed class FalQueueProtocol : IHostProtocol
{
    public Uri SubmitAddress(HostConnection host, string model, SubmitSettings settings)
    {
        var address = new UriBuilder(HostAddress.Append(host.BaseUri, EndpointId.Parse(model).Full));
        var query = new List<string>();
        if (settings.WebhookUri is { } webhook)
        {
            query.Add($"fal_webhook={Uri.EscapeDataString(webhook.AbsoluteUri)}");
        }

        if (settings.MaxQueueLength is { } longest)
        {
            query.Add(string.Create(CultureInfo.InvariantCulture, $"fal_max_queue_length={longest}"));
        }

        address.Query = string.Join('&', query);
        return address.Uri;
    }

    public IEnumerable<KeyValuePair<string, string>> SubmitHeaders(SubmitSettings settings) => FalHeaders.Of(settings);

    public TimeSpan SubmitLimit => TimeSpan.FromSeconds(120);

    public bool AnswersWithResult => false;

    public SubmitMarks ReadMarks(HostResponse response) => FalMarks.Read(response, isResult: false);

    public ReadOnlyMemory<byte> SubmitBody(string model, ImageInput input) =>
        JsonSerializer.SerializeToUtf8Bytes(input, ImageInputJson.Plain.ImageInput);

    public Acceptance? ReadAcceptance(HostConnection host, string model, HostResponse response)
    {
        if (NamedRequestId.AtTop(response.Json.Span, "request_id").Id is not { } id
            || response.Read(FalJson.Default.FalSubmitAnswer) is not { } answer)
        {
            return null;
        }

        var built = CreateReference(host, model, id);
        var request = built with
        {
            StatusUri = HostAddress.Rebase(host.BaseUri, answer.StatusUrl, id) ?? built.StatusUri,
            ResponseUri = HostAddress.Rebase(host.BaseUri, answer.ResponseUrl, id) ?? built.ResponseUri,
            CancelUri = HostAddress.Rebase(host.BaseUri, answer.CancelUrl, id) ?? built.CancelUri,
        };
        return new Acceptance(request with { IsFresh = true }, answer.QueuePosition);
    }

    public ImagenException ReadRejection(HostConnection host, string model, HostResponse response) =>
        FalErrors.OfSubmit(host, model, response);

    public async Task<RequestReading> AskStatusAsync(RequestReference request, bool logs, CancellationToken cancellation)
    {
        var response = await request.Host.GetAsync(FalStatuses.Address(request.StatusUri!, logs), cancellation).ConfigureAwait(false);
        return StatusVerdict.Of(request, response) ?? throw FalErrors.OfRead(request, response);
    }

    public IAsyncEnumerable<HostStatus> FollowAsync(RequestReference request, bool logs, CancellationToken cancellation) =>
        request.Host.Profile.Offers.Contains(HostOffer.Stream)
            ? request.Host
                .ReadEventsAsync(FalStatuses.Address(HostAddress.Append(request.StatusUri!, "stream"), logs), cancellation)
                .Select(data => FalStatuses.ReadEvent(request, data))
                .OfType<HostStatus>()
            : AsyncEnumerable.Empty<HostStatus>();

    public async Task<RequestReading> AskResultAsync(RequestReference request, CancellationToken cancellation)
    {
        using var permit = new LargeResultPermit(request.Host.Time);
        var response = await request.Host.GetResultAsync(request.ResponseUri!, permit, cancellation).ConfigureAwait(false);
        return ResultVerdict.Of(request, response) ?? throw FalErrors.OfRead(request, response);
    }

    public async Task CancelAsync(RequestReference request, CancellationToken cancellation)
    {
        var (response, wasRepeated) = await request.Host.PutAsync(request.CancelUri!, cancellation).ConfigureAwait(false);
        if (CancelVerdict.Of(request, response) is not { } refused)
        {
            return;
        }

        if (wasRepeated && refused is AlreadyCompletedException)
        {
            // It may have ended by the call before, the answer to which was lost.
            var status = await this.ReadEndAsync(request, cancellation).ConfigureAwait(false);
            if (status.State == ImagenStates.Cancelled)
            {
                return;
            }
        }

        throw refused;
    }

    public RequestReference CreateReference(HostConnection host, string model, string requestId)
    {
        if (!RequestIds.IsOne(requestId))
        {
            throw new InvalidInputException(Messages.RequestIdMalformed.With(PlainText.Brief(requestId)));
        }

        var addresses = AddressesOf(host.BaseUri, model, requestId);
        return new RequestReference
        {
            Protocol = this,
            Host = host,
            Model = model,
            RequestId = requestId,
            StatusUri = addresses.Status,
            ResponseUri = addresses.Response,
            CancelUri = addresses.Cancel,
            Since = host.Time.GetTimestamp(),
        };
    }

    public RequestAddresses AddressesOf(Uri host, string model, string requestId)
    {
        var address = HostAddress.Append(host, $"{EndpointId.Parse(model).Read}/requests/{requestId}");
        return new RequestAddresses(HostAddress.Append(address, "status"), address, HostAddress.Append(address, "cancel"));
    }
}
