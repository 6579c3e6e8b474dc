using Microsoft.AspNetCore.Http.Features;

namespace Imagen4.Emulator.Http;

/// <summary>
/// Keeps web pages of elsewhere off what is the emulator's own: its page, its bills, its faults. A page can send requests to any address of
/// this machine, also through a name that leads here, and read the answers then.
/// </summary>
internal static class OwnCallers
{
    private const long LargestBody = 1024 * 1024;

    /// <summary>Refuses what does not come from this machine's programs or from the emulator's own page.</summary>
    public static Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        IsOwn(context.Request.Path) && Refusal(context) is { } refusal ? refusal.ExecuteAsync(context) : next(context);

    // Files are the host's part, at addresses that nobody can guess.
    private static bool IsOwn(PathString path) =>
        path == "/" || (path.StartsWithSegments("/_emulator") && !path.StartsWithSegments("/_emulator/files"));

    private static JsonAnswer? Refusal(HttpContext context)
    {
        var request = context.Request;
        if (request.Host.Host is not ("127.0.0.1" or "localhost") || request.Host.Port != context.Connection.LocalPort)
        {
            return ErrorText.Answer(403, "This is answered under the address of this machine only: 127.0.0.1 or localhost, with the port");
        }

        if (request.Headers.Origin is [{ } origin] && origin != $"http://{request.Host.Value}")
        {
            return ErrorText.Answer(403, "Pages of elsewhere are not answered");
        }

        if (request.Headers["Sec-Fetch-Site"] is [{ } site] && site is not ("same-origin" or "none"))
        {
            return ErrorText.Answer(403, "Pages of elsewhere are not answered");
        }

        if (request.ContentLength is 0 or null && request.Headers.TransferEncoding.Count == 0)
        {
            return null;
        }

        if (!request.HasJsonContentType())
        {
            return ErrorText.Answer(415, "A body is JSON, and says so: Content-Type: application/json");
        }

        if (request.ContentLength > LargestBody)
        {
            return ErrorText.Answer(413, "A body has at most 1 MiB");
        }

        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = LargestBody;
        return null;
    }
}
