using System.Net;
using Imagen4.Core.Http;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Fal;

/// <summary>The one function that decides what an answer at the address of a status says of the request.</summary>
internal static class StatusVerdict
{
    /// <summary>Decides, from the answer alone.</summary>
    /// <returns>The state, or null where the answer says nothing of the request: <see cref="FalErrors.OfRead"/> tells why then.</returns>
    public static RequestReading? Of(RequestReference request, HostResponse response)
    {
        // A status that is not a success is never the request's: how it failed is told by its result.
        if (!response.IsSuccess || response.Read(FalJson.Default.FalStatusAnswer) is not { } answer || !IsOf(request, answer))
        {
            return null;
        }

        return FalStatuses.Describe(answer) is { } status ? new RequestReading(status)
            : ResultVerdict.SaysFailed(request, answer.Status)
                ? new RequestReading(ResultVerdict.Told(request, response).Status with { IsHostDefinedState = true })
            : null;
    }

    /// <summary>Whether a status is about the request that was asked for. Most say nothing of that.</summary>
    public static bool IsOf(RequestReference request, FalStatusAnswer answer) =>
        answer.RequestId is not { Length: > 0 } named || named.Equals(request.RequestId, StringComparison.OrdinalIgnoreCase);
}

/// <summary>The one function that decides what an answer to a cancel says.</summary>
internal static class CancelVerdict
{
    private const string AlreadyCompleted = "ALREADY_COMPLETED";

    /// <summary>Decides, from the answer alone.</summary>
    /// <returns>Why the host does not cancel; null where it says that it tries.</returns>
    public static ImagenException? Of(RequestReference request, HostResponse response)
    {
        if ((response.IsSuccess || response.Status == HttpStatusCode.BadRequest)
            && FalErrorDetail.Read(response).Text.Contains(AlreadyCompleted, StringComparison.OrdinalIgnoreCase))
        {
            return new AlreadyCompletedException(Messages.AlreadyCompleted.With(request.RequestId)) { RequestId = request.RequestId };
        }

        if (response.Status is HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented)
        {
            return new CancelNotSupportedException(Messages.CancelNotSupported.With(request.Host.Profile.Name))
            {
                RequestId = request.RequestId,
            };
        }

        // A page from a gateway does not come from the host, and an error promises nothing.
        return response.IsSuccess && (response.Body.IsEmpty || IsPromise(response)) ? null : FalErrors.OfRead(request, response);
    }

    private static bool IsPromise(HostResponse response) => response.JsonObject() is not null
        && response.Word("status") is not ("NOT_FOUND" or "FAILED")
        && response.Words("error", "detail") is null;
}
