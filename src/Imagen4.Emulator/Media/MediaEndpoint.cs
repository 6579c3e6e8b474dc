using Imagen4.Emulator.Faults;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Images;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Media;

/// <summary>
/// The files of finished jobs. They are public, as on the real hosts, unless an account keeps them to itself: then they take a signed
/// address. A client that sends its key here gives it away, so that is refused.
/// </summary>
internal sealed class MediaEndpoint(JobStore jobs, FaultInjector faults, FileSigning signing)
{
    private static readonly string[] KeyHeaders = ["Authorization", "api-key", "x-api-key", "x-goog-api-key"];
    private static readonly JsonAnswer NotFound = ErrorText.Answer(404, "Not Found");

    private volatile MediaAcl _acl;

    public async Task HandleAsync(HttpContext context)
    {
        var job = jobs.Find((string)context.Request.RouteValues["requestId"]!);
        var answer = await faults.AroundAsync(new FaultCall(FaultTarget.Download, context)
        {
            Host = job?.Host,
            RequestId = job?.RequestId,
            PromptOf = () => Task.FromResult(job?.Plan.Prompt),
            Perform = _ => Task.FromResult(Answer(context, job)),
        });
        await answer.ExecuteAsync(context);
    }

    /// <summary>Who may read files whose prompt does not say.</summary>
    public MediaAcl Acl
    {
        get => _acl;
        set => _acl = value;
    }

    private IResult Answer(HttpContext context, Job? job)
    {
        if (KeyHeaders.Any(name => context.Request.Headers[name].Count > 0))
        {
            return ErrorText.Answer(403, "Files are public: a key must not be sent here");
        }

        var name = (string)context.Request.RouteValues["fileName"]!;
        if (job is not { Progress: { State: JobState.Completed, Failure: null } }
            || job.Plan.Images.FirstOrDefault(recipe => recipe.FileName == name) is not { } image)
        {
            return NotFound;
        }

        var acl = job.Plan.MediaAcl == MediaAcl.Allow ? Acl : job.Plan.MediaAcl;
        if (acl != MediaAcl.Allow && !signing.IsSigned(context.Request))
        {
            return acl == MediaAcl.Hide ? NotFound : ErrorText.Answer(403, "Access denied");
        }

        return job.Plan.MediaFault switch
        {
            MediaFault.Missing => NotFound,
            MediaFault.Html => Results.Text("<html><body><h1>Sign in to continue</h1></body></html>", "text/html"),
            MediaFault.NotImage => Results.Bytes("These bytes are not an image."u8.ToArray(), image.Format.ContentType),
            MediaFault.Truncated => new TruncatedFile(image),
            _ => File(context, image),
        };
    }

    private static IResult File(HttpContext context, ImageRecipe image)
    {
        context.Response.Headers.CacheControl = "public, max-age=86400, immutable";
        return Results.Bytes(image.Render(), image.Format.ContentType, enableRangeProcessing: true);
    }
}

/// <summary>Where the file of a job is.</summary>
internal static class MediaUrl
{
    public const string Pattern = "/files/{requestId}/{fileName}";

    public static string Of(string baseAddress, Job job, ImageRecipe image) =>
        $"{baseAddress}/_emulator/files/{job.RequestId}/{image.FileName}";
}

/// <summary>Promises a whole file and cuts the connection half way.</summary>
internal sealed class TruncatedFile(ImageRecipe image) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var content = image.Render();
        httpContext.Response.ContentType = image.Format.ContentType;
        httpContext.Response.ContentLength = content.Length;
        // The server closes a connection that is short of its content length. Aborting it could lose the first half too.
        await httpContext.Response.Body.WriteAsync(content.AsMemory(0, content.Length / 2), httpContext.RequestAborted);
    }
}
