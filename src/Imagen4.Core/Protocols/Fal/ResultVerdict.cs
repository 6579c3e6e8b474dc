using System.Net;
using Imagen4.Core.Http;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Fal;

/// <summary>
/// The one function that decides what an answer at the address of a result says of the request. To call a request failed is to
/// have its row paid for again: only a mark of the host's own does it, or words that come twice.
/// </summary>
internal static class ResultVerdict
{
    private const string StillInProgress = "still in progress";

    /// <summary>Decides, from the answer alone.</summary>
    /// <returns>What it says, or null where it says nothing of the request: <see cref="FalErrors.OfRead"/> tells why then.</returns>
    public static RequestReading? Of(RequestReference request, HostResponse response)
    {
        // Images inside the answer make it large: where nothing else is in it that counts, it is looked at once.
        var result = response.IsSuccess && response.Status != HttpStatusCode.Accepted ? FalResults.Read(response) : null;
        return result is { Images.Count: > 0 } && result.AdditionalOutput?.Contains("\"status\"", StringComparison.Ordinal) != true
            ? Ready(result)
            : Running(response) is { } running ? new RequestReading(running)
            : response.IsSuccess ? OfSuccess(request, response, result)
            : OfError(request, response);
    }

    /// <summary>
    /// Whether a state is one in which hosts that pass fal's answers on say that a request has failed. fal itself has none.
    /// </summary>
    public static bool SaysFailed(RequestReference request, string? state) =>
        request.Host.Profile.Protocol == HostProtocol.FalAggregator && "FAILED".Equals(state, StringComparison.OrdinalIgnoreCase);

    /// <summary>A failure that a successful answer tells, with whatever it gives as the reason.</summary>
    public static RequestReading Told(RequestReference request, HostResponse response)
    {
        var reason = FalErrorDetail.TryRead(response)
            ?? new FalErrorDetail(PlainText.Line(response.Words("error", "detail", "message") ?? ""), Type: null, IsHostError: false);
        reason = reason with { Type = reason.Type ?? response.Read(FalJson.Default.FalErrorAnswer)?.ErrorType };
        return RequestReading.Ended(FalErrors.OfEnd(request, response, reason), reason.Text, reason.Type);
    }

    // Whatever the status of such an answer: not every host keeps fal's.
    private static HostStatus? Running(HostResponse response)
    {
        var state = response.IsSuccess ? response.Word("status") : null;
        return state switch
        {
            "IN_QUEUE" => new HostStatus { State = ImagenStates.InQueue },
            "IN_PROGRESS" => new HostStatus { State = ImagenStates.InProgress },
            _ when FalErrorDetail.TryRead(response)?.Text.Contains(StillInProgress, StringComparison.OrdinalIgnoreCase) == true =>
                new HostStatus { State = ImagenStates.InProgress },
            _ => null,
        };
    }

    private static RequestReading? OfSuccess(RequestReference request, HostResponse response, HostResult? result)
    {
        var status = response.Read(FalJson.Default.FalStatusAnswer);
        if (SaysFailed(request, status?.Status))
        {
            return Told(request, response);
        }

        if (response.Status == HttpStatusCode.Accepted)
        {
            return new RequestReading(new HostStatus { State = ImagenStates.InProgress });
        }

        if (result is { Images.Count: > 0 })
        {
            return Ready(result);
        }

        var state = status is null ? null : FalStatuses.Describe(status);
        if (response.IsMarked || state is { HasEnded: true, ErrorType: not null })
        {
            return Told(request, response);
        }

        if (!response.IsMalformed && state is { HasEnded: true, State: not ImagenStates.Completed })
        {
            // Words without a type are a gateway's as well.
            return Told(request, response) with
            {
                Unmarked = UnmarkedWord.Of(response.Status, state.Error ?? "", FalErrors.OfUnmarked(request, response)),
            };
        }

        // A list without images is a result only where nothing is said beside it.
        return result is not null && response.Words("error", "detail") is null ? Ready(result) : null;
    }

    private static RequestReading? OfError(RequestReference request, HostResponse response)
    {
        // These speak of the key, the account, the address or the moment, whoever marks them.
        if ((int)response.Status is < 400 or 401 or 402 or 403 or 404 or 408 or 410 or 429)
        {
            return null;
        }

        var detail = FalErrorDetail.Read(response);
        var ended = RequestReading.Ended(FalErrors.OfEnd(request, response, detail), detail.Text, detail.Type);
        if (response.IsMarked)
        {
            return ended;
        }

        // A server error passes, as long as nobody says whose it is. Broken text proves nothing, however often it comes.
        var counts = !response.IsMalformed && detail is { IsHostError: true, Text.Length: > 0 }
            && (int)response.Status is 400 or 422 or 499;
        return counts
            ? ended with { Unmarked = UnmarkedWord.Of(response.Status, detail.Text, FalErrors.OfUnmarked(request, response)) }
            : null;
    }

    private static RequestReading Ready(HostResult result) => new(new HostStatus { State = ImagenStates.Completed }) { Answered = result };
}
