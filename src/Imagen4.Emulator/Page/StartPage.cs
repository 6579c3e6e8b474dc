namespace Imagen4.Emulator.Page;

/// <summary>The page at the root: one file, nothing loaded from elsewhere. It asks the admin endpoints for what it shows.</summary>
internal static class StartPage
{
    private static readonly byte[] Html = Read();

    public static Task WriteAsync(HttpContext context) => Results.Bytes(Html, "text/html; charset=utf-8").ExecuteAsync(context);

    private static byte[] Read()
    {
        using var stream = typeof(StartPage).Assembly.GetManifestResourceStream("page.html")!;
        using var reader = new BinaryReader(stream);
        return reader.ReadBytes((int)stream.Length);
    }
}
