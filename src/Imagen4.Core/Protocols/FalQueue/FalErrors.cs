using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using Imagen4.Core.Http;

namespace Imagen4.Core.Protocols.FalQueue;

/// <summary>
/// What fal's errors mean: a list of details (models), a flat detail with an error type (infrastructure), or a bare text.
/// The host's own words are carried verbatim, on one line.
/// </summary>
internal static class FalErrors
{
    /// <summary>The type of the error of a request that was cancelled.</summary>
    public const string Cancelled = "client_cancelled";

    // What a model says of itself, whatever the status: there is nothing in the input to correct.
    private static readonly FrozenSet<string> OfItself = FrozenSet.Create(
        "no_media_generated", "internal_server_error", "generation_timeout", "downstream_service_error", "downstream_service_unavailable");

    // What a model says of its input, where only the type is told and no status.
    private static readonly FrozenSet<string> OfInput = FrozenSet.Create(
        "greater_than", "greater_than_equal", "less_than", "less_than_equal", "multiple_of", "one_of", "sequence_too_short", "sequence_too_long",
        "feature_not_supported", "image_too_small", "image_too_large", "file_too_large");

    private const string ContentPolicy = "content_policy_violation";

    private const string StillInProgress = "Request is still in progress";

    /// <summary>Whether an early result read was answered with "not yet".</summary>
    public static bool SaysStillInProgress(HostResponse response) =>
        response.Status == HttpStatusCode.BadRequest && SaysStillInProgress(FalErrorDetail.Read(response).Text);

    /// <summary>Whether a host's words are "not yet".</summary>
    public static bool SaysStillInProgress(string text) => text.Contains(StillInProgress, StringComparison.Ordinal);

    /// <summary>The kind of error by which a type of error refuses the input, or null where it does not.</summary>
    public static string? RefusalBy(string? type) => type switch
    {
        null => null,
        ContentPolicy => "ContentPolicyViolation",
        _ => OfInput.Contains(type) ? "InvalidInput" : null,
    };

    /// <summary>A refused submit.</summary>
    public static ImagenException OfSubmit(HostConnection host, string model, HostResponse response)
    {
        var detail = FalErrorDetail.Read(response);
        return OfAccount(host, response, detail) ?? (int)response.Status switch
        {
            404 or 410 => new ModelNotAvailableException(Messages.ModelNotAvailable.With(model, host.Profile.Name, detail.Text))
            {
                StatusCode = (int)response.Status,
            },
            429 => new RateLimitedException(Messages.RateLimited.With(host.Profile.Name, Later(response, detail, host))) { StatusCode = 429 },
            >= 300 and <= 399 => new InvalidResponseException(Messages.HostRedirects.With(host.Profile.Name, (int)response.Status))
            {
                StatusCode = (int)response.Status,
            },
            407 => new HostUnavailableException(Messages.HostAnswers.With(host.Profile.Name, 407, detail.Text)) { StatusCode = 407 },
            >= 500 => OfModel(requestId: null, response, detail),
            _ => OfModel(requestId: null, response, detail) is var error && (error is ContentPolicyViolationException || OfItself.Contains(error.HostErrorType ?? ""))
                ? error
                : Refused(response, detail),
        };
    }

    /// <summary>A failed status read.</summary>
    public static ImagenException OfRead(RequestReference request, HostResponse response)
    {
        var detail = FalErrorDetail.Read(response);
        return OfAccount(request.Host, response, detail, request.RequestId) ?? (int)response.Status switch
        {
            404 or 410 => new RequestNotFoundException(Messages.RequestNotFound.With(request.RequestId, request.Host.Profile.Name, request.Model))
            {
                RequestId = request.RequestId,
                StatusCode = (int)response.Status,
            },
            429 => new RateLimitedException(Messages.RateLimited.With(request.Host.Profile.Name, Later(response, detail, request.Host)))
            {
                RequestId = request.RequestId,
                StatusCode = 429,
            },
            408 or >= 500 => new HostUnavailableException(Messages.HostAnswers.With(
                request.Host.Profile.Name, (int)response.Status, Later(response, detail, request.Host)))
            {
                RequestId = request.RequestId,
                StatusCode = (int)response.Status,
            },
            _ => NotTheProtocol(request, response),
        };
    }

    /// <summary>A result read that carries the request's failure.</summary>
    public static ImagenException OfResult(RequestReference request, HostResponse response)
    {
        var detail = FalErrorDetail.Read(response);

        // To call a request failed is to have its row paid for again. Without the model's own mark, only statuses that no gateway makes up.
        var isModels = response.IsModelError
            ? response.Status is not (HttpStatusCode.Unauthorized or HttpStatusCode.PaymentRequired or HttpStatusCode.Forbidden
                or HttpStatusCode.NotFound or HttpStatusCode.Gone or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests)
            : detail.IsJson && (int)response.Status is (400 or 422 or 499);
        return isModels ? OfModel(request.RequestId, response, detail) : OfRead(request, response);
    }

    /// <summary>A failure that a successful answer tells.</summary>
    public static ImagenException OfTold(RequestReference request, HostResponse response, FalErrorDetail told) =>
        OfModel(request.RequestId, response, told);

    /// <summary>A refused cancel.</summary>
    public static ImagenException OfCancel(RequestReference request, HostResponse response) => response.Status switch
    {
        HttpStatusCode.BadRequest when FalErrorDetail.Read(response).Text.Contains("ALREADY_COMPLETED", StringComparison.Ordinal) =>
            new AlreadyCompletedException(Messages.AlreadyCompleted.With(request.RequestId)) { RequestId = request.RequestId },
        HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented =>
            new CancelNotSupportedException(Messages.CancelNotSupported.With(request.Host.Profile.Name)) { RequestId = request.RequestId },
        _ => OfRead(request, response),
    };

    /// <summary>An answer that is none.</summary>
    public static InvalidResponseException NotTheProtocol(RequestReference request, HostResponse response) =>
        new(Messages.InvalidResponse.With(request.Host.Profile.Name, (int)response.Status, response.ContentType ?? "?", FalErrorDetail.Read(response).Text))
        {
            RequestId = request.RequestId,
            StatusCode = (int)response.Status,
        };

    // What is wrong with the account is wrong with every request, and says nothing about one that is already running.
    private static ImagenException? OfAccount(HostConnection host, HostResponse response, FalErrorDetail detail, string? requestId = null) =>
        (int)response.Status switch
        {
            401 => new AuthenticationFailedException(Messages.AuthenticationFailed.With(host.Profile.Name, host.KeySource, detail.Text))
            {
                RequestId = requestId,
                StatusCode = 401,
            },
            402 or 403 => new AccountLockedException(Messages.AccountLocked.With(host.Profile.Name, detail.Text))
            {
                RequestId = requestId,
                StatusCode = (int)response.Status,
            },
            _ => null,
        };

    // Whatever the host's reason: nothing has run, and there is something to correct.
    private static InvalidInputException Refused(HostResponse response, FalErrorDetail detail) =>
        new(Messages.HostRefusesInput.With(Said(response, detail)))
        {
            HostErrorType = TypeOf(response, detail),
            StatusCode = (int)response.Status,
            RefusesInput = IsOfInput(response),
        };

    // A list of what is wrong, or a type of it, is about the input; a bare text may be a gateway's, and pass.
    private static bool IsOfInput(HostResponse response) => response.Status == HttpStatusCode.UnprocessableEntity && response.IsModelError;

    private static string? TypeOf(HostResponse response, FalErrorDetail detail) => response.Header("X-Fal-Error-Type") ?? detail.Type;

    private static string Said(HostResponse response, FalErrorDetail detail) =>
        detail.Text.Length > 0 ? detail.Text : string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)response.Status}");

    private static string Later(HostResponse response, FalErrorDetail detail, HostConnection host) =>
        Said(response, detail) + RetryAfter.Said(response.Headers, host.Time);

    private static ImagenException OfModel(string? requestId, HostResponse response, FalErrorDetail detail)
    {
        var status = (int)response.Status;
        var type = TypeOf(response, detail);
        var said = Said(response, detail);
        return (status, type) switch
        {
            (_, ContentPolicy) => new ContentPolicyViolationException(Messages.ContentPolicyViolation.With(said))
            {
                RequestId = requestId, HostErrorType = type, StatusCode = status, RefusesInput = true,
            },
            (499, _) or (_, Cancelled) => new RequestCancelledException(Messages.RequestCancelled.With(said))
            {
                RequestId = requestId, HostErrorType = type, StatusCode = status,
            },
            (422, _) when !OfItself.Contains(type ?? "") => new InvalidInputException(Messages.HostRefusesInput.With(said))
            {
                RequestId = requestId, HostErrorType = type, StatusCode = status, RefusesInput = IsOfInput(response),
            },
            _ => new RequestFailedException(Messages.RequestFailed.With(said, type ?? "?", status))
            {
                RequestId = requestId, HostErrorType = type, StatusCode = status,
            },
        };
    }
}
