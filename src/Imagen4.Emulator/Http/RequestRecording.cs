namespace Imagen4.Emulator.Http;

/// <summary>Records every request to a host's endpoints and to files; looking at the emulator itself leaves no trace.</summary>
internal static class RequestRecording
{
    public static Func<HttpContext, RequestDelegate, Task> Middleware(RequestLog log) => (context, next) =>
    {
        if (!IsOwn(context.Request.Path))
        {
            var record = log.Add(context);
            context.Features.Set(record);
            // Noted before the client can have the answer, so that a test that reads the log next sees it.
            context.Response.OnStarting(() =>
            {
                record.Status = context.RequestAborted.IsCancellationRequested ? null : context.Response.StatusCode;
                return Task.CompletedTask;
            });
        }

        return next(context);
    };

    private static bool IsOwn(PathString path) =>
        path == "/" || path == "/favicon.ico"
        || (path.StartsWithSegments("/_emulator", out var rest) && !rest.StartsWithSegments("/files"));
}
