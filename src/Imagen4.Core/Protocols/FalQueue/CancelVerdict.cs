using System.Net;
using Imagen4.Core.Http;

namespace Imagen4.Core.Protocols.FalQueue;

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

        // A page in between is no word of the host's, and an error is no promise.
        return response.IsSuccess && (response.Body.IsEmpty || IsPromise(response)) ? null : FalErrors.OfRead(request, response);
    }

    private static bool IsPromise(HostResponse response) => response.JsonObject() is not null
        && response.Word("status") is not ("NOT_FOUND" or "FAILED")
        && response.Words("error", "detail") is null;
}
