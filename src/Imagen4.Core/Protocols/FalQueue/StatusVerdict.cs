using Imagen4.Core.Http;

namespace Imagen4.Core.Protocols.FalQueue;

/// <summary>The one function that decides what an answer at the address of a status says of the request.</summary>
internal static class StatusVerdict
{
    /// <summary>Decides, from the answer alone.</summary>
    /// <returns>The state, or null where the answer says nothing of the request: <see cref="FalErrors.OfRead"/> tells why then.</returns>
    public static RequestReading? Of(RequestReference request, HostResponse response)
    {
        // A status that is no success is never the request's: how it failed is told by its result.
        if (!response.IsSuccess || response.Read(FalJson.Default.FalStatusAnswer) is not { } answer || !IsOf(request, answer))
        {
            return null;
        }

        return FalStatuses.Describe(answer) is { } status ? new RequestReading(status)
            : ResultVerdict.SaysFailed(request, answer.Status) ? new RequestReading(ResultVerdict.Told(request, response).Status with { IsOwnState = true })
            : null;
    }

    /// <summary>Whether a status is about the request that was asked for. Most say nothing of that.</summary>
    public static bool IsOf(RequestReference request, FalStatusAnswer answer) =>
        answer.RequestId is not { Length: > 0 } named || named.Equals(request.RequestId, StringComparison.OrdinalIgnoreCase);
}
