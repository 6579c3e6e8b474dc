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
        // The server closes a connection that is short of its content length. Aborting it could lose the first half too.
        await httpContext.Response.Body.WriteAsync(content.AsMemory(0, content.Length / 2), httpContext.RequestAborted);
    }
}
