using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Protocols.Contract;

namespace Imagen4.Core.Protocols.Fal;

/// <summary>The headers in which fal takes the settings of a request.</summary>
internal static class FalHeaders
{
    /// <summary>The headers for settings.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(SubmitSettings settings)
    {
        if (settings.Priority is { } priority)
        {
            yield return KeyValuePair.Create("X-Fal-Queue-Priority", priority);
        }

        if (settings.StartTimeoutSec is { } seconds)
        {
            // The second name replaces the first; hosts that know only the first are still there.
            var text = seconds.ToString(CultureInfo.InvariantCulture);
            yield return KeyValuePair.Create("X-Fal-Request-Timeout", text);
            yield return KeyValuePair.Create("X-Fal-Request-Start-Timeout", text);
        }

        if (settings.Tag is { } tags)
        {
            yield return KeyValuePair.Create("X-Fal-Tags", tags.ToHeader());
        }

        if (settings.ObjectLifetime is { } lifetime)
        {
            yield return KeyValuePair.Create("X-Fal-Object-Lifecycle-Preference", Lifecycle(lifetime));
        }
    }

    /// <summary>The headers for how long an uploaded file is kept.</summary>
    public static IEnumerable<KeyValuePair<string, string>> OfUpload(ObjectLifetime? lifetime)
    {
        // For ever is what the storage does without being asked; the official client says nothing then either.
        if (lifetime?.Seconds is null)
        {
            yield break;
        }

        // The official client sends the first to its storage, fal's documentation has the second.
        yield return KeyValuePair.Create("X-Fal-Object-Lifecycle", Lifecycle(lifetime));
        yield return KeyValuePair.Create("X-Fal-Object-Lifecycle-Preference", Lifecycle(lifetime));
    }

    private static string Lifecycle(ObjectLifetime lifetime) =>
        new JsonObject { ["expiration_duration_seconds"] = lifetime.Seconds }.ToJsonString(JsonSerializerOptions.Default);
}

/// <summary>Reads what fal, or a gateway in front of it, says of a submission besides the status.</summary>
internal static class FalMarks
{
    // No separators of thousands: a comma may be meant as a point.
    private const NumberStyles PlainNumber = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    // What else only an answer about a request has. None of it is an id that can be asked for.
    private static readonly string[] GatewayIds = ["gateway_request_id", "status_url", "response_url", "cancel_url"];

    /// <summary>Reads an answer.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="isResult">Whether it is the result, too: then an error in fal's own form is what has become of the request.</param>
    public static SubmitMarks Read(HostResponse response, bool isResult)
    {
        var named = NamedRequestId.In(response.WholeBody.Span, "request_id", "requestId");
        var header = IdInHeader(response);
        return new SubmitMarks
        {
            HasRequestId = named.IsThere || header is not null || NamedRequestId.In(response.WholeBody.Span, GatewayIds).IsThere,
            RequestId = named.Id ?? (RequestIds.IsOne(header) ? header : null),
            IsBilled = Bills(response),
            IsOwnWord = isResult && response.IsModelError,
            IsLock = RefusalWords.MayPass(response, FalErrorDetail.Read(response).Text),
            IsFinal = string.Equals(response.Header("X-Fal-Retryable"), "false", StringComparison.OrdinalIgnoreCase)
                || LastingQuota.IsSaidIn(response),
        };
    }

    /// <summary>
    /// The id of a request that fal's header names, or null; hosts of other forms may pass it on. Without an account there is nobody
    /// whose request it could be: a header that a gateway puts on every answer says nothing then.
    /// </summary>
    public static string? IdInHeader(HostResponse response) =>
        (int)response.Status is 401 or 402 or 403 or 407 || response.Header("x-fal-request-id") is not { Length: > 0 } id ? null : id;

    /// <summary>What an answer says is billed for its request, in the host's own unit; null where it says nothing, or no number.</summary>
    public static decimal? Units(HostResponse response) => decimal.TryParse(
        response.Header("X-Fal-Billable-Units"), PlainNumber, CultureInfo.InvariantCulture, out var units) ? units : null;

    /// <summary>
    /// Whether an answer says that it is paid for; hosts of other forms may pass on fal's word for it. Nothing ran where nothing is
    /// billed; but a 429 that speaks of a bill at all is not a plain throttle.
    /// </summary>
    public static bool Bills(HostResponse response) => response.Header("X-Fal-Billable-Units") is not null
        && ((int)response.Status == 429 || Units(response) is not 0);
}
