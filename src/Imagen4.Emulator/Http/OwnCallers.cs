using Microsoft.AspNetCore.Http.Features;

namespace Imagen4.Emulator.Http;

/// <summary>
/// Keeps foreign web pages out. A page can send requests to any address of this machine, also through a host name that resolves to it, and
/// would then read the answers. The emulator's own page, bills and faults answer no page but its own; the endpoints of the hosts it plays
/// also answer pages served from this machine, because an application under development is one.
/// </summary>
internal static class OwnCallers
{
    private const long LargestBody = 1024 * 1024;

    /// <summary>Answers 403 to a request from a foreign page or under a foreign name, 413 or 415 to a body no control endpoint takes.</summary>
    public static Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        Refusal(context) is { } refusal ? refusal.ExecuteAsync(context) : next(context);

    private static JsonAnswer? Refusal(HttpContext context)
    {
        var path = context.Request.Path;
        if (!IsNamed(context.Request))
        {
            return ForeignName();
        }

        // Any page may show an image: nobody can guess its address.
        if (path.StartsWithSegments("/_emulator/files"))
        {
            return null;
        }

        if (path == "/" || path.StartsWithSegments("/_emulator"))
        {
            return ControlRefusal(context);
        }

        return IsFromThisMachine(context.Request) ? null : ForeignPage();
    }

    private static bool IsNamed(HttpRequest request) => request.Host.Host is "127.0.0.1" or "localhost";

    // Without an Origin, Sec-Fetch-Site has to do. A page from another port of this machine is "cross-site" when one of the two is
    // addressed as 127.0.0.1 and the other as localhost, but such a request carries an Origin.
    private static bool IsFromThisMachine(HttpRequest request) => request.Headers.Origin.Count > 0
        ? request.Headers.Origin.All(value => Uri.TryCreate(value, UriKind.Absolute, out var origin) && origin.IsLoopback)
        : request.Headers["Sec-Fetch-Site"].All(site => site is "same-origin" or "same-site" or "none");

    private static JsonAnswer ForeignName() =>
        ErrorText.Answer(403, "This is answered under the address of this machine only: 127.0.0.1 or localhost, with the port");

    private static JsonAnswer ForeignPage() => ErrorText.Answer(403, "Pages from elsewhere are not answered");

    private static JsonAnswer? ControlRefusal(HttpContext context)
    {
        var request = context.Request;
        if (request.Host.Port != context.Connection.LocalPort)
        {
            return ForeignName();
        }

        var isOwnPage = request.Headers.Origin.All(origin => origin == $"http://{request.Host.Value}")
            && request.Headers["Sec-Fetch-Site"].All(site => site is "same-origin" or "none");
        if (!isOwnPage)
        {
            return ForeignPage();
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
