namespace Imagen4.Emulator.Faults;

/// <summary>The right bytes under the wrong name.</summary>
internal sealed class RetypedAnswer(IResult answer) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var body = await KeptAnswer.BodyOfAsync(answer, httpContext);
        httpContext.Response.ContentType = "text/plain";
        await httpContext.Response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
