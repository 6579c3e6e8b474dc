using System.Security.Cryptography;
using System.Text;

namespace Imagen4.Emulator.Page;

/// <summary>The page at the root: one file, nothing loaded from elsewhere. It asks the admin endpoints for what it shows.</summary>
internal static class StartPage
{
    private static readonly byte[] Html = Read();

    // The page's own style and script, by their digests, and what it asks the emulator for; nothing else.
    private static readonly string Policy =
        $"default-src 'none'; style-src {Digest("style")}; script-src {Digest("script")}; connect-src 'self'; img-src 'self' data:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static Task WriteAsync(HttpContext context)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        return Results.Bytes(Html, "text/html; charset=utf-8").ExecuteAsync(context);
    }

    // Of what stands between the tags, to the last byte (CSP Level 3, 6.7.3.3).
    private static string Digest(string tag)
    {
        var start = Html.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"<{tag}>")) + tag.Length + 2;
        var end = Html.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"</{tag}>"));
        return $"'sha256-{Convert.ToBase64String(SHA256.HashData(Html.AsSpan(start..end)))}'";
    }

    private static byte[] Read()
    {
        using var stream = typeof(StartPage).Assembly.GetManifestResourceStream("page.html")!;
        using var reader = new BinaryReader(stream);
        return reader.ReadBytes((int)stream.Length);
    }
}
