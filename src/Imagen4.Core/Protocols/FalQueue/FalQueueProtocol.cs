using System.Net;
using System.Text.Json;
using Imagen4.Core.Hosts;
using Imagen4.Core.Http;
using Imagen4.Core.Rows;

namespace Imagen4.Core.Protocols.FalQueue;

/// <summary>
/// fal's queue. A submit goes to the whole endpoint id, everything else to owner and alias. There is no failed state:
/// a failure is COMPLETED, and the result read carries the error with the model's own status.
/// </summary>
internal sealed class FalQueueProtocol : IHostProtocol
{
    public Uri SubmitAddress(HostConnection host, string model) =>
        HostAddress.Below(host.BaseUri, EndpointId.Parse(model).Full);

    public PaidContent SubmitContent(ImageInput input) =>
        new(JsonSerializer.SerializeToUtf8Bytes(input, ImageInputJson.Plain.ImageInput));

    public Acceptance? ReadAcceptance(HostConnection host, string model, HostResponse response)
    {
        var answer = FalJson.TryRead(response, FalJson.Default.FalSubmitAnswer);
        if (answer is not { RequestId: { } id } || !RequestIds.IsOne(id))
        {
            return null;
        }

        var built = Refer(host, model, id);
        var request = built with
        {
            StatusUri = HostAddress.Adopt(host.BaseUri, answer.StatusUrl, id) ?? built.StatusUri,
            ResponseUri = HostAddress.Adopt(host.BaseUri, answer.ResponseUrl, id) ?? built.ResponseUri,
            CancelUri = HostAddress.Adopt(host.BaseUri, answer.CancelUrl, id) ?? built.CancelUri,
        };
        return new Acceptance(request, answer.QueuePosition);
    }

    public ImagenException ReadRejection(HostConnection host, string model, HostResponse response) =>
        FalErrors.OfSubmit(host, model, response);

    public async Task<HostStatus> ReadStatusAsync(RequestReference request, CancellationToken cancellation)
    {
        var response = await request.Host.GetAsync(request.StatusUri, cancellation).ConfigureAwait(false);
        var answer = FalJson.TryRead(response, FalJson.Default.FalStatusAnswer);
        return (response.IsSuccess, answer?.Status) switch
        {
            (true, "IN_QUEUE") => new HostStatus { State = ImagenStates.InQueue, QueuePosition = answer.QueuePosition },
            (true, "IN_PROGRESS") => new HostStatus { State = ImagenStates.InProgress },
            (true, "COMPLETED") => Ended(answer),
            (true, _) => throw FalErrors.NotTheProtocol(request, response),
            _ => throw FalErrors.OfRead(request, response),
        };
    }

    public async Task<HostResult?> ReadResultAsync(RequestReference request, CancellationToken cancellation)
    {
        var response = await request.Host.GetResultAsync(request.ResponseUri, cancellation).ConfigureAwait(false);
        if (response.Status == HttpStatusCode.Accepted || FalErrors.SaysStillInProgress(response))
        {
            return null;
        }

        if (!response.IsSuccess)
        {
            throw FalErrors.OfResult(request, response);
        }

        var answer = FalJson.TryRead(response, FalJson.Default.FalResultAnswer);
        if (answer?.Images is not { } files)
        {
            throw FalErrors.NotTheProtocol(request, response);
        }

        return new HostResult
        {
            Images = files.OfType<FalFile>().Where(file => file.Url is not null).Select(Image).ToList(),
            Seed = answer.Seed,
            Description = answer.Description,
            AdditionalOutput = Json(answer.Others),
        };
    }

    public async Task CancelAsync(RequestReference request, CancellationToken cancellation)
    {
        var response = await request.Host.PutAsync(request.CancelUri, cancellation).ConfigureAwait(false);
        if (!response.IsSuccess)
        {
            throw FalErrors.OfCancel(request, response);
        }
    }

    public RequestReference Refer(HostConnection host, string model, string requestId)
    {
        if (!RequestIds.IsOne(requestId))
        {
            throw new InvalidInputException(Messages.RequestIdMalformed.With(PlainText.Brief(requestId)));
        }

        var address = HostAddress.Below(host.BaseUri, $"{EndpointId.Parse(model).Read}/requests/{requestId}");
        return new RequestReference
        {
            Host = host,
            Model = model,
            RequestId = requestId,
            StatusUri = HostAddress.Below(address, "status"),
            ResponseUri = address,
            CancelUri = HostAddress.Below(address, "cancel"),
            Since = host.Time.GetTimestamp(),
        };
    }

    private static HostStatus Ended(FalStatusAnswer answer) => new()
    {
        State = answer.Error is null && answer.ErrorType is null ? ImagenStates.Completed
            : answer.ErrorType == FalErrors.Cancelled ? ImagenStates.Cancelled
            : ImagenStates.Failed,
        InferenceTime = answer.InferenceTime,
        Error = answer.Error is { } error ? PlainText.Line(error) : null,
        ErrorType = answer.ErrorType,
    };

    private static ImagenImage Image(FalFile file, int position) => new()
    {
        Index = position + 1,
        Uri = file.Url,
        ContentType = file.ContentType,
        FileName = file.FileName,
        FileSize = file.FileSize,
        Width = file.Width,
        Height = file.Height,
        AdditionalOutput = Json(file.Others),
    };

    private static string? Json(Dictionary<string, JsonElement>? others) => others is { Count: > 0 } ? FalJson.Write(others) : null;
}
