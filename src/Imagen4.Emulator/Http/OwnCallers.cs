using Microsoft.AspNetCore.Http.Features;

namespace Imagen4.Emulator.Http;

/// <summary>
/// Keeps web pages of elsewhere off: a page can send requests to any address of this machine, also through a name that leads here, and
/// read the answers then. What is the emulator's own (its page, its bills, its faults) answers no page but its own; what it does as a host,
/// also those that this machine serves.
/// </summary>
internal static class OwnCallers
{
    private const long LargestBody = 1024 * 1024;

    /// <summary>Refuses what does not come from this machine's programs and pages.</summary>
    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path;

        // Files may be shown by any page: nobody can guess their addresses.
        var refusal = path.StartsWithSegments("/_emulator/files") ? IsNamed(context.Request) ? null : OtherName()
            : path == "/" || path.StartsWithSegments("/_emulator") ? Refusal(context)
            : !IsNamed(context.Request) ? OtherName()
            : IsOfThisMachine(context.Request) ? null : PageOfElsewhere();
        return refusal is not null ? refusal.ExecuteAsync(context) : next(context);
    }

    private static bool IsNamed(HttpRequest request) => request.Host.Host is "127.0.0.1" or "localhost";

    // To a browser, a page of another port of this machine is one of another site, or of the same.
    private static bool IsOfThisMachine(HttpRequest request) => request.Headers.Origin.Count > 0
        ? request.Headers.Origin.All(value => Uri.TryCreate(value, UriKind.Absolute, out var origin) && origin.IsLoopback)
        : request.Headers["Sec-Fetch-Site"].All(site => site is "same-origin" or "same-site" or "none");

    private static JsonAnswer OtherName() =>
        ErrorText.Answer(403, "This is answered under the address of this machine only: 127.0.0.1 or localhost, with the port");

    private static JsonAnswer PageOfElsewhere() => ErrorText.Answer(403, "Pages of elsewhere are not answered");

    private static JsonAnswer? Refusal(HttpContext context)
    {
        var request = context.Request;
        if (!IsNamed(request) || request.Host.Port != context.Connection.LocalPort)
        {
            return OtherName();
        }

        var isOwnPage = request.Headers.Origin.All(origin => origin == $"http://{request.Host.Value}")
            && request.Headers["Sec-Fetch-Site"].All(site => site is "same-origin" or "none");
        if (!isOwnPage)
        {
            return PageOfElsewhere();
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
