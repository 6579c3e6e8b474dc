using System.Buffers;
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
/// <c>POST /v1/images/generations</c> (AI/ML API): the model is named in the body, and the answer is the result.
/// </summary>
/// <param name="kept">Where its results are kept.</param>
internal sealed class ImagesGenerationsProtocol(IResultStore kept) : SyncProtocol(kept)
{
    private const string Path = "v1/images/generations";

    private static readonly string[] Taken = ["request_id", "inference_id", "generation_id"];

    public override Uri SubmitAddress(HostConnection host, string model, SubmitSettings settings) => HostAddress.Append(host.BaseUri, Path);

    public override ReadOnlyMemory<byte> SubmitBody(string model, ImageInput input)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body, ImageInputJson.Written))
        {
            writer.WriteStartObject();
            if (input.AdditionalInput?.ContainsKey("model") != true)
            {
                writer.WriteString("model", model);
            }

            ImageInputConverter.WriteMembers(writer, input);
            writer.WriteEndObject();
        }

        return body.WrittenMemory;
    }

    public override SubmitMarks ReadMarks(HostResponse response)
    {
        var error = Error(response);
        var named = NamedRequestId.In(response.Body.Span, NamesOf(response, error));
        var inference = response.Header("x-inference-id") is { Length: > 0 } header ? header : null;

        var ofFal = FalMarks.IdInHeader(response);
        string?[] ids = [named.Id, inference, ofFal, response.Header("x-request-id")];
        return new SubmitMarks
        {
            HasRequestId = named.IsThere || inference is not null || ofFal is not null,
            RequestId = ids.FirstOrDefault(RequestIds.IsOne),
            IsBilled = FalMarks.Bills(response)
                || (!response.IsSuccess && response.Read(GenerationJson.Default.GenerationAnswer)?.CreditsUsed is not null),
            IsOwnWord = IsOwnWord(response, error),
            IsFinal = LastingQuota.IsSaidIn(response),
        };
    }

    public override ImagenException ReadRejection(HostConnection host, string model, HostResponse response)
    {
        var status = (int)response.Status;
        var said = Error(response)?.Text is { } text ? PlainText.Line(text) : FalErrorDetail.Read(response).Text;
        return status switch
        {
            401 => new AuthenticationFailedException(Messages.AuthenticationFailed.With(host.Profile.Name, host.KeySource, said))
                { StatusCode = status },
            402 or 403 or 429 when status != 429 || LastingQuota.IsSaidIn(response) =>
                new AccountLockedException(Messages.AccountLocked.With(host.Profile.Name, said)) { StatusCode = status },
            404 or 410 => GoneModel.Error(host, model, said, status),
            407 => new HostUnavailableException(Messages.HostAnswers.With(host.Profile.Name, status, said)) { StatusCode = status },
            429 => new RateLimitedException(
                Messages.RateLimited.With(host.Profile.Name, said + RetryAfter.Said(response.Headers, host.Time))) { StatusCode = status },
            >= 300 and <= 399 =>
                new InvalidResponseException(Messages.HostRedirects.With(host.Profile.Name, status)) { StatusCode = status },
            >= 500 => new RequestFailedException(Messages.RequestFailed.With(said, "?", status)) { StatusCode = status },
            _ => new InvalidInputException(Messages.HostRefusesInput.With(said))
            {
                StatusCode = status,
                RefusesInput = status is 400 or 422 && IsOwnWord(response, Error(response)),
            },
        };
    }

    protected override HostResult? ReadResult(HostResponse response)
    {
        if (response.Read(GenerationJson.Default.GenerationAnswer) is not { } answer
            || answer.Files is not { } files)
        {
            return null;
        }

        return new HostResult
        {
            Images = files.OfType<GeneratedFile>().Select(Image).OfType<HostImage>().ToList(),
            Seed = answer.Seed,
            BillableUnits = answer.CreditsUsed,
            AdditionalOutput = answer.Others is { Count: > 0 } others ? JsonText.Write(others) : null,
        };
    }

    protected override string? ReadRequestId(HostResponse response) =>
        response.Header("x-request-id") ?? response.Header("x-inference-id");

    private static HostImage? Image(GeneratedFile file, int position)
    {
        ImageBytes? bytes = file switch
        {
            { Url: { ValueKind: JsonValueKind.String } url } when !url.ValueEquals("") => ImageBytes.Of(url),
            { B64Json: { ValueKind: JsonValueKind.String } base64 } => new ImageBytes.Inline(base64),
            { ImageBase64: { ValueKind: JsonValueKind.String } base64 } => new ImageBytes.Inline(base64),
            _ => null,
        };
        return bytes is null ? null : new HostImage(
            new ImagenImage
            {
                Index = position + 1,
                Uri = (bytes as ImageBytes.Remote)?.Address,
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

    // A status in it that is another one is somebody else's, passed on.
    private static bool IsOwnWord(HostResponse response, GenerationError? error) => error switch
    {
        { Message: not null, StatusCode: { } status } => status == (int)response.Status,
        { Message: not null, RequestId: not null } => true,
        _ => false,
    };

    private static GenerationError? Error(HostResponse response) => response.Read(GenerationErrorJson.Default.GenerationError);
}
