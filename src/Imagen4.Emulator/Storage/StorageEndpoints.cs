using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Imagen4.Emulator.Fal;
using Imagen4.Emulator.Faults;
using Imagen4.Emulator.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Imagen4.Emulator.Storage;

/// <summary>
/// fal's storage (rest.fal.ai), under <c>/storage</c>. A client asks, with its key, where a file goes; the address that it is told is
/// its own permission: a client that sends its key there gives it away, so that is refused.
/// </summary>
internal sealed class StorageEndpoints(KeyCheck keys, UploadStore uploads, FaultInjector faults)
{
    private static readonly JsonAnswer NoKey = ErrorText.Answer(401, "Authentication is required to upload files");
    private static readonly JsonAnswer NotFound = ErrorText.Answer(404, "Not Found");

    public void Map(IEndpointRouteBuilder routes, IEndpointRouteBuilder own)
    {
        routes.MapPost("/storage/upload/initiate", context => InitiateAsync(context, inParts: false));
        routes.MapPost("/storage/upload/initiate-multipart", context => InitiateAsync(context, inParts: true));
        routes.MapPut(StorageUrl.UploadPattern, context => TakeAsync(context, FaultTarget.Upload, StoreAsync));
        routes.MapPut(StorageUrl.UploadPattern + "/{part:int}", context => TakeAsync(context, FaultTarget.Part, StorePartAsync));
        routes.MapPost(StorageUrl.UploadPattern + "/complete", context => TakeAsync(context, FaultTarget.Complete, CompleteAsync));
        routes.MapMethods(StorageUrl.FilePattern, [HttpMethods.Get, HttpMethods.Head], ReadAsync);
        own.MapGet("/uploads", context => List(context).ExecuteAsync(context));
        own.MapDelete("/uploads", context =>
        {
            uploads.Clear();
            return Results.NoContent().ExecuteAsync(context);
        });
    }

    private JsonAnswer List(HttpContext context)
    {
        var address = BaseAddress.Of(context.Request);
        IReadOnlyList<UploadView> views = [.. uploads.All.Select(upload => UploadView.Of(upload, address))];
        return JsonAnswer.Of(200, views, StorageJson.Wire.IReadOnlyListUploadView);
    }

    private async Task InitiateAsync(HttpContext context, bool inParts)
    {
        var answer = await faults.AroundAsync(new FaultCall(FaultTarget.Initiate, context)
        {
            Perform = async _ => await BeginAsync(context, inParts),
        });
        await answer.ExecuteAsync(context);
    }

    private async Task<IResult> BeginAsync(HttpContext context, bool inParts)
    {
        var request = context.Request;
        if (keys.Read(request, NoKey, FalErrors.WrongKey).Refusal is { } refusal)
        {
            return refusal;
        }

        if (await BodyAsync(context, StorageJson.Wire.InitiateQuestion) is not { FileName: { Length: > 0 } name, ContentType: { Length: > 0 } type })
        {
            return ErrorText.Answer(422, "content_type and file_name are required");
        }

        var headers = request.Headers;
        var lifecycle = headers["X-Fal-Object-Lifecycle"] is [{ } given, ..] ? given : (string?)headers[FalHeaders.ObjectLifecycle];
        var upload = uploads.Begin(Path.GetFileName(name), type, inParts, lifecycle);
        var address = BaseAddress.Of(request);
        return JsonAnswer.Of(
            200,
            new InitiateAnswer(StorageUrl.OfUpload(address, upload), StorageUrl.OfFile(address, upload)),
            StorageJson.Wire.InitiateAnswer);
    }

    private async Task TakeAsync(HttpContext context, string operation, Func<HttpContext, Upload, Task<IResult>> take)
    {
        // The server's own limit is for requests that are kept in memory.
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = null;
        var answer = await faults.AroundAsync(new FaultCall(operation, context)
        {
            Perform = async _ => await TakenAsync(context, operation, take),
        });
        await answer.ExecuteAsync(context);
    }

    private async Task<IResult> TakenAsync(HttpContext context, string operation, Func<HttpContext, Upload, Task<IResult>> take)
    {
        var request = context.Request;
        if (request.Headers.Authorization.Count > 0)
        {
            return ErrorText.Answer(403, "The address of an upload is its own permission: a key must not be sent here");
        }

        if (uploads.Find((string?)request.RouteValues["id"]) is not { } upload || upload.IsInParts != (operation != FaultTarget.Upload))
        {
            return NotFound;
        }

        return request.Query["signature"] == StorageUrl.Signature(upload)
            ? await take(context, upload)
            : ErrorText.Answer(403, "The signature of the address is wrong");
    }

    private static async Task<IResult> StoreAsync(HttpContext context, Upload upload)
    {
        await upload.StoreAsync(context.Request.Body, context.RequestAborted);
        return new JsonAnswer(200, "{}"u8.ToArray());
    }

    private static async Task<IResult> StorePartAsync(HttpContext context, Upload upload)
    {
        var part = int.Parse((string)context.Request.RouteValues["part"]!, CultureInfo.InvariantCulture);
        if (part is < 1 or > 10_000)
        {
            return ErrorText.Answer(400, "Parts are numbered from 1 to 10000");
        }

        var tag = await upload.StorePartAsync(part, context.Request.Body, context.RequestAborted);
        return JsonAnswer.Of(200, new PartReference(part, tag), StorageJson.Wire.PartReference).With("ETag", tag);
    }

    private static async Task<IResult> CompleteAsync(HttpContext context, Upload upload)
    {
        var question = await BodyAsync(context, StorageJson.Wire.CompleteQuestion);
        return await upload.CompleteAsync(question?.Parts ?? [], context.RequestAborted) is { } wrong
            ? ErrorText.Answer(400, wrong)
            : new JsonAnswer(200, "{}"u8.ToArray());
    }

    private async Task ReadAsync(HttpContext context)
    {
        var upload = uploads.Find((string?)context.Request.RouteValues["id"]);
        var answer = await faults.AroundAsync(FaultTarget.Download, context, () =>
            context.Request.Headers.Authorization.Count > 0 ? ErrorText.Answer(403, "Files are public: a key must not be sent here")
            : upload is { Content: { } content } && upload.Name == (string?)context.Request.RouteValues["fileName"]
                ? Results.Stream(content.Open(), upload.ContentType, enableRangeProcessing: true)
                : NotFound);
        await answer.ExecuteAsync(context);
    }

    private static async Task<T?> BodyAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The addresses of the storage. Those to upload to have a query that belongs to them, as signed addresses do.</summary>
internal static class StorageUrl
{
    public const string UploadPattern = "/storage/uploads/{id}";
    public const string FilePattern = "/storage/files/{id}/{fileName}";

    public static string OfUpload(string baseAddress, Upload upload) =>
        $"{baseAddress}/storage/uploads/{upload.Id}?signature={Signature(upload)}";

    public static string OfFile(string baseAddress, Upload upload) =>
        $"{baseAddress}/storage/files/{upload.Id}/{Uri.EscapeDataString(upload.Name)}";

    public static string Signature(Upload upload) => upload.Id[..8];
}
