using System.Collections.Frozen;
using System.Globalization;
using Imagen4.Core.Http;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Fal;

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
        "greater_than", "greater_than_equal", "less_than", "less_than_equal", "multiple_of", "one_of", "sequence_too_short",
        "sequence_too_long",
        "feature_not_supported", "image_too_small", "image_too_large", "file_too_large");

    private const string ContentPolicy = "content_policy_violation";
    private const string FileNotRead = "file_download_error";

    /// <summary>Whether the model could not fetch a file of the input: that may pass, or the file is no longer where it was.</summary>
    public static bool IsOfMissingFile(ImagenException error) => error.HostErrorType == FileNotRead;

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
        return OfModelAccess(host, model, response, detail) ?? OfAccount(host, response, detail) ?? (int)response.Status switch
        {
            404 or 410 => GoneModel.Error(host, model, detail.Text, (int)response.Status),
            429 => new RateLimitedException(Messages.RateLimited.With(host.Profile.Name, Later(response, detail, host)))
                { StatusCode = 429 },
            >= 300 and <= 399 => new InvalidResponseException(Messages.HostRedirects.With(host.Profile.Name, (int)response.Status))
            {
                StatusCode = (int)response.Status,
                NextCommand = Messages.CommandCheckAddress.With(CommandText.Argument(host.Profile.Name)),
            },
            407 => new HostUnavailableException(Messages.HostAnswers.With(host.Profile.Name, 407, detail.Text)) { StatusCode = 407 },
            >= 500 => OfModel(requestId: null, response, detail),

            // A proxy's page is no word of the host on the input.
            var status when response.IsPage && status is not (413 or 414 or 431) =>
                new HostUnavailableException(Messages.HostAnswers.With(host.Profile.Name, status, detail.Text)) { StatusCode = status },
            _ => OfModel(requestId: null, response, detail) is var error
                && (error is ContentPolicyViolationException || OfItself.Contains(error.HostErrorType ?? ""))
                ? error
                : Refused(response, detail),
        };
    }

    /// <summary>A refusal of the host's platform: a key that may not ask there may still use the models it asked about.</summary>
    public static ImagenException OfPlatform(HostConnection host, string model, HostResponse response) =>
        OfAccount(host, response, FalErrorDetail.Read(response)) ?? OfSubmit(host, model, response);

    /// <summary>Why an answer says nothing of a request, which stays as it is.</summary>
    public static ImagenException OfRead(RequestReference request, HostResponse response)
    {
        var detail = FalErrorDetail.Read(response);
        if (response.IsPage && (int)response.Status is not (408 or 429 or >= 500))
        {
            return NotTheProtocol(request, response);
        }

        return OfAccount(request.Host, response, detail, request.RequestId) ?? (int)response.Status switch
        {
            404 or 410 when !response.IsMalformed => NotFound(request, response),
            _ when response.IsSuccess && response.Word("status") == "NOT_FOUND" => NotFound(request, response),
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
            400 or 422 or 499 when response.JsonObject() is not null => OfUnmarked(request, response),
            _ when response.IsSuccess && response.Words("error", "detail") is not null => OfUnmarked(request, response),
            _ => NotTheProtocol(request, response),
        };
    }

    /// <summary>Why the storage gives no place for a file.</summary>
    public static ImagenException OfStorage(HostConnection host, HostResponse response)
    {
        var detail = FalErrorDetail.Read(response);
        var (name, status) = (host.Profile.Name, (int)response.Status);

        // A key may be allowed to generate, and not to upload.
        var isOfFiles = status == 403 && !RefusalWords.IsLock(response, detail.Text);
        return (isOfFiles ? null : OfAccount(host, response, detail)) ?? status switch
        {
            400 or 413 or 415 or 422 =>
                new InvalidInputException(Messages.StorageRefusesFile.With(name, Said(response, detail))) { StatusCode = status },
            429 => new RateLimitedException(Messages.RateLimited.With(name, Later(response, detail, host))) { StatusCode = status },
            408 or >= 500 =>
                new HostUnavailableException(Messages.StorageAnswer.With(name, status, Later(response, detail, host))) { StatusCode = status },
            _ => new UploadFailedException(Messages.StorageAnswer.With(name, status, Said(response, detail))) { StatusCode = status },
        };
    }

    /// <summary>What a request that ended without a result has come to.</summary>
    /// <param name="request">The request.</param>
    /// <param name="response">The answer that says so.</param>
    /// <param name="detail">The words in it.</param>
    public static ImagenException OfEnd(RequestReference request, HostResponse response, FalErrorDetail detail) =>
        OfModel(request.RequestId, response, detail).Billed(FalMarks.Units(response));

    /// <summary>Words that nothing marks as the host's own, for a caller that reads once.</summary>
    public static HostUnavailableException OfUnmarked(RequestReference request, HostResponse response)
    {
        var detail = FalErrorDetail.Read(response);
        var said = FalErrorDetail.TryRead(response)?.Text
            ?? (response.IsSuccess && response.Words("error", "detail") is { } words ? PlainText.Line(words) : Said(response, detail));
        return new HostUnavailableException(Messages.HostAnswersUnmarked.With(request.Host.Profile.Name, (int)response.Status, said))
        {
            RequestId = request.RequestId,
            StatusCode = (int)response.Status,
        };
    }

    /// <summary>The error of an answer that cannot be read.</summary>
    public static InvalidResponseException NotTheProtocol(RequestReference request, HostResponse response) =>
        new(Messages.InvalidResponse.With(
            request.Host.Profile.Name, (int)response.Status, response.ContentType ?? "?", FalErrorDetail.Read(response).Text))
        {
            RequestId = request.RequestId,
            StatusCode = (int)response.Status,
        };

    private static ImagenException NotFound(RequestReference request, HostResponse response)
    {
        var provider = request.Host.Profile.Name;
        return request.SentTo is { } address
            ? new InvalidInputException(Messages.RequestElsewhere.With(
                request.RequestId, address, provider, ProviderAddress.Normal(request.Host.BaseUri)))
            {
                RequestId = request.RequestId,
            }
            : new RequestNotFoundException(Messages.RequestNotFound.With(request.RequestId, provider, request.Model))
            {
                RequestId = request.RequestId,
                StatusCode = (int)response.Status,
            };
    }

    // Blocked for the organisation, or not among what the key may use: other models are another matter.
    private static ModelNotAvailableException? OfModelAccess(
        HostConnection host, string model, HostResponse response, FalErrorDetail detail) =>
        RefusalWords.ReachOf(response, detail.Text, model) == RefusalReach.Model ? GoneModel.Refused(host, model, detail.Text) : null;

    // What is wrong with the account is wrong with every request, and says nothing about one that is already running.
    private static ImagenException? OfAccount(
        HostConnection host, HostResponse response, FalErrorDetail detail, string? requestId = null) =>
        (int)response.Status switch
        {
            401 => host.KeyRefused(detail.Text, requestId),
            402 or 403 => new AccountLockedException(Messages.AccountLocked.With(host.Profile.Name, detail.Text))
            {
                RequestId = requestId,
                StatusCode = (int)response.Status,
            },
            var status when LastingQuota.IsSaidIn(response) =>
                new AccountLockedException(Messages.AccountLocked.With(host.Profile.Name, detail.Text))
            {
                RequestId = requestId,
                StatusCode = status,
            },
            _ => null,
        };

    // Whatever the host's reason: nothing has run, and there is something to correct.
    private static InvalidInputException Refused(HostResponse response, FalErrorDetail detail) =>
        new(Messages.HostRefusesInput.With(Said(response, detail)))
        {
            HostErrorType = TypeOf(response, detail),
            StatusCode = (int)response.Status,
            RefusesInput = IsOfInput(response, TypeOf(response, detail)),
        };

    // A list of what is wrong, or a type of it, is about the input; a bare text may be a gateway's, and pass.
    private static bool IsOfInput(HostResponse response, string? type) =>
        (int)response.Status == 422 && response.IsMarked && type != FileNotRead;

    private static string? TypeOf(HostResponse response, FalErrorDetail detail) => response.Header("X-Fal-Error-Type") is { } type ? PlainText.Brief(type) : detail.Type;

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
                RequestId = requestId, HostErrorType = type, StatusCode = status, RefusesInput = IsOfInput(response, type),
            },
            _ => new RequestFailedException(Messages.RequestFailed.With(said, type ?? "?", status))
            {
                RequestId = requestId, HostErrorType = type, StatusCode = status,
            },
        };
    }
}
