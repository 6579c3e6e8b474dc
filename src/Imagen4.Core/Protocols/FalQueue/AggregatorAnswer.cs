using System.Net;
using Imagen4.Core.Http;

namespace Imagen4.Core.Protocols.FalQueue;

/// <summary>The forms in which aggregators say that a request goes on, or has failed.</summary>
internal static class AggregatorAnswer
{
    /// <summary>The state of a request that goes on, or null where it has ended.</summary>
    public static HostStatus? StillRunning(HostResponse response) => Status(response) switch
    {
        "IN_QUEUE" => new HostStatus { State = ImagenStates.InQueue },
        "IN_PROGRESS" => new HostStatus { State = ImagenStates.InProgress },
        "FAILED" or "COMPLETED" => null,
        _ when response.Status == HttpStatusCode.Accepted || SaysStillInProgress(response) => new HostStatus { State = ImagenStates.InProgress },
        _ => null,
    };

    /// <summary>Whether the answer has the state of a request that failed, whatever else is in it.</summary>
    public static bool HasFailedState(HostResponse response) => Status(response) == "FAILED";

    /// <summary>Whether the answer says that the request has failed. A message alone does not: some hosts have one for a request that goes on.</summary>
    public static bool SaysFailed(HostResponse response) => response.IsSuccess
        ? HasFailedState(response) || Text(response, "error", "detail") is not null
        : FalErrorDetail.Read(response).IsJson && (int)response.Status is 400 or 422 or 499 or >= 500;

    /// <summary>What a successful answer gives as the reason of a failure, and its type; empty where it gives none.</summary>
    public static FalErrorDetail Reason(HostResponse response) => FalErrorDetail.TryRead(response)
        ?? new FalErrorDetail(PlainText.Line(Text(response, "error", "detail", "message") ?? ""), Type: null, IsJson: false);

    /// <summary>The error an answer stands for that is neither a result nor "not yet".</summary>
    public static ImagenException Failure(RequestReference request, HostResponse response)
    {
        if (!response.IsSuccess)
        {
            return FalErrors.OfResult(request, response);
        }

        return SaysFailed(response) ? FalErrors.OfTold(request, response, Reason(response)) : FalErrors.NotTheProtocol(request, response);
    }

    // Not every host keeps the status 400 for it.
    private static bool SaysStillInProgress(HostResponse response) =>
        FalErrors.SaysStillInProgress(response) || FalErrors.SaysStillInProgress(Text(response, "detail", "error") ?? "");

    private static string? Status(HostResponse response) => Text(response, "status")?.ToUpperInvariant();

    private static string? Text(HostResponse response, params ReadOnlySpan<string> names)
    {
        if (!response.IsSuccess || response.JsonObject() is not { } body)
        {
            return null;
        }

        foreach (var name in names)
        {
            if (body.TryGetProperty(name, out var value) && JsonText.Text(value) is { Length: > 0 } text)
            {
                return text;
            }
        }

        return null;
    }
}
