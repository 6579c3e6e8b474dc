using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Media;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.ImagesGenerations;

/// <summary>
/// <c>POST /v1/images/generations</c>, or what a profile has in its place: the model is named in the body, and the answer is the result.
/// </summary>
/// <param name="kept">Where its results are kept.</param>
internal sealed class ImagesGenerationsProtocol(IResultStore kept) : SyncProtocol(kept)
{
    private static readonly string[] Taken = ["request_id", "inference_id", "generation_id"];

    // What they call a refusal of the request itself.
    private static readonly FrozenSet<string> OfRequest = FrozenSet.Create("invalid_request_error", "image_generation_user_error");

    public override Uri SubmitAddress(HostConnection host, string model, SubmitSettings settings) =>
        SubmitPath.Address(host.BaseUri, host.Profile, model);

    public override ReadOnlyMemory<byte> SubmitBody(string model, ImageInput input)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body, ImageInputJson.Written))
        {
            writer.WriteStartObject();
            writer.WriteString("model", model);
            ImageInputConverter.WriteMembers(writer, input);
            writer.WriteEndObject();
        }

        return body.WrittenMemory;
    }

    public override SubmitMarks ReadMarks(HostResponse response)
    {
        var error = Error(response);
        var named = NamedRequestId.In(response.WholeBody.Span, NamesOf(response, error));
        var inference = response.Header("x-inference-id") is { Length: > 0 } header ? header : null;

        var ofFal = FalMarks.IdInHeader(response);
        string?[] ids = [named.Id, inference, ofFal, response.Header("x-request-id")];
        return new SubmitMarks
        {
            HasRequestId = named.IsThere || inference is not null || ofFal is not null,
            RequestId = ids.FirstOrDefault(RequestIds.IsOne),
            IsBilled = FalMarks.Bills(response)
                || (!response.IsSuccess && response.Read(GenerationJson.Default.GenerationAnswer)?.UnitsUsed is not null),
            IsOwnWord = IsOwnWord(response, error),
            IsLock = RefusalWords.MayPass(response, Said(response, error)),
            IsFinal = LastingQuota.IsSaidIn(response),
        };
    }

    public override ImagenException ReadRejection(HostConnection host, string model, HostResponse response)
    {
        var status = (int)response.Status;
        var error = Error(response);
        var said = Said(response, error);
        return status switch
        {
            >= 400 and <= 499 when CheckerRefusal.CodeIn(response) is { } code =>
                new ContentPolicyViolationException(Messages.ContentPolicyViolation.With(said))
                {
                    StatusCode = status, HostErrorType = code, RefusesInput = true,
                },
            401 => host.KeyRefused(said),
            403 when RefusalWords.ReachOf(response, said, model) == RefusalReach.Model => GoneModel.Refused(host, model, said),
            _ when status is 402 or 403 || LastingQuota.IsSaidIn(response) =>
                new AccountLockedException(Messages.AccountLocked.With(host.Profile.Name, said))
                    { StatusCode = status, HostErrorType = TypeOf(error) },
            404 or 410 => GoneModel.Error(host, model, said, status),
            407 => new HostUnavailableException(Messages.HostAnswers.With(host.Profile.Name, status, said)) { StatusCode = status },
            429 => new RateLimitedException(
                Messages.RateLimited.With(host.Profile.Name, said + RetryAfter.Said(response.Headers, host.Time))) { StatusCode = status },
            >= 300 and <= 399 =>
                new InvalidResponseException(Messages.HostRedirects.With(host.Profile.Name, status))
                {
                    StatusCode = status, NextCommand = Messages.CommandCheckAddress.With(CommandText.Argument(host.Profile.Name)),
                },
            >= 500 => new RequestFailedException(Messages.RequestFailed.With(said, "?", status)) { StatusCode = status },

            // A proxy's page is no word of the host on the input.
            not (413 or 414 or 431) when response.IsPage => new HostUnavailableException(Messages.HostAnswers.With(host.Profile.Name, status, said)) { StatusCode = status },
            _ => new InvalidInputException(
                Messages.HostRefusesInput.With(said + InputNames.Explain(host.Profile, said, error?.Error?.Param)))
            {
                StatusCode = status,
                HostErrorType = TypeOf(error),
                RefusesInput = status is 400 or 422 && (IsOwnWord(response, error) || IsOfRequest(error)),
            },
        };
    }

    protected override HostResult? ReadResult(HostResponse response)
    {
        if (response.Read(GenerationJson.Default.GenerationAnswer) is not { } answer
            || answer.Files(response.Texts) is not { } files)
        {
            return null;
        }

        return new HostResult
        {
            Images = files.Select((file, position) => Image(file, position, response.Texts)).OfType<HostImage>().ToList(),
            Seed = answer.Seed,
            BillableUnits = answer.UnitsUsed,
            AdditionalOutput = answer.Others is { Count: > 0 } others ? JsonText.Write(others) : null,
        };
    }

    protected override string? ReadRequestId(HostResponse response) =>
        response.Header("x-request-id") ?? response.Header("x-inference-id");

    private static HostImage? Image(GeneratedFile file, int position, LongTexts? texts)
    {
        return file.Bytes(texts) is not { } bytes ? null : new HostImage(
            new ImagenImage
            {
                Index = position + 1,
                Uri = (bytes as ImageBytes.Remote)?.Shown,
                ContentType = file.ContentType,
                FileName = file.FileName,
                FileSize = file.FileSize,
                AdditionalOutput = file.Others is { Count: > 0 } others ? JsonText.Write(others) : null,
            },
            bytes);
    }

    // The host's whole error form carries the id of the exchange, as its header x-request-id does with every answer: no request has
    // to have been taken for that.
    private static string[] NamesOf(HostResponse response, GenerationError? error) =>
        error is { Message: not null, StatusCode: { } status } && status == (int)response.Status ? Taken : [.. Taken, "requestId"];

    private static string Said(HostResponse response, GenerationError? error) =>
        error?.Text is { } text ? PlainText.Line(text) : FalErrorDetail.Read(response).Text;

    private static string? TypeOf(GenerationError? error) =>
        error?.Error is { } said ? (said.Code is { Length: > 0 } code ? code : said.Type) : null;

    private static bool IsOfRequest(GenerationError? error) =>
        error?.Error is { } said && (OfRequest.Contains(said.Type ?? "") || said.Param is { Length: > 0 });

    // A status in it that is another one is somebody else's, passed on.
    private static bool IsOwnWord(HostResponse response, GenerationError? error) => error switch
    {
        { Message: not null, StatusCode: { } status } => status == (int)response.Status,
        { Message: not null, RequestId: not null } => true,
        _ => false,
    };

    private static GenerationError? Error(HostResponse response) => response.Read(GenerationErrorJson.Default.GenerationError);
}
