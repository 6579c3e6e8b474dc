namespace Imagen4.Emulator.Faults;

/// <summary>An answer with another body, which is sent whole and announced as it is.</summary>
internal sealed class AlteredAnswer(IResult answer, Func<HttpResponse, ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> alter) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var body = await KeptAnswer.BodyOfAsync(answer, httpContext);
        if (body.IsEmpty)
        {
            return;
        }

        var altered = alter(response, body);
        response.ContentLength = altered.Length;
        await response.Body.WriteAsync(altered, httpContext.RequestAborted);
    }
}
