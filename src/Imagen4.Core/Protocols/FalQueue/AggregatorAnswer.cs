using System.Net;
using System.Text.Json;
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
        _ when response.Status == HttpStatusCode.Accepted || FalErrors.SaysStillInProgress(response) => new HostStatus { State = ImagenStates.InProgress },
        _ => null,
    };

    /// <summary>Whether the answer says that the request has failed.</summary>
    public static bool SaysFailed(HostResponse response) =>
        Status(response) == "FAILED" || Reason(response) is not null || (!response.IsSuccess && FalErrorDetail.Read(response).IsJson && (int)response.Status is 400 or 422 or >= 500);

    /// <summary>What a successful answer gives as the reason of a failure, or null.</summary>
    public static string? Reason(HostResponse response) =>
        response.IsSuccess && response.JsonObject() is { } body && Text(body, "error", "detail", "message") is { } reason
            ? PlainText.Line(reason)
            : null;

    /// <summary>The error an answer stands for that is neither a result nor "not yet".</summary>
    public static ImagenException Failure(RequestReference request, HostResponse response)
    {
        if (!response.IsSuccess)
        {
            return FalErrors.OfResult(request, response);
        }

        return SaysFailed(response)
            ? new RequestFailedException(Messages.RequestFailed.With(Reason(response) ?? "?", "?", (int)response.Status)) { RequestId = request.RequestId }
            : FalErrors.NotTheProtocol(request, response);
    }

    private static string? Status(HostResponse response) =>
        response.IsSuccess && response.JsonObject() is { } body ? Text(body, "status")?.ToUpperInvariant() : null;

    private static string? Text(JsonElement body, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (body.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined))
            {
                return value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
            }
        }

        return null;
    }
}
