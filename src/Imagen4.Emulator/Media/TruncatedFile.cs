using Imagen4.Emulator.Images;

namespace Imagen4.Emulator.Media;

/// <summary>Promises a whole file and cuts the connection half way.</summary>
internal sealed class TruncatedFile(ImageRecipe image) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var content = image.Render();
        httpContext.Response.ContentType = image.Format.ContentType;
        httpContext.Response.ContentLength = content.Length;
        await httpContext.Response.Body.WriteAsync(content.AsMemory(0, content.Length / 2), httpContext.RequestAborted);
        await httpContext.Response.Body.FlushAsync(httpContext.RequestAborted);
        httpContext.Abort();
    }
}
