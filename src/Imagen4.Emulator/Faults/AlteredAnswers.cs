using Microsoft.AspNetCore.Http.Features;

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

/// <summary>Sends more or less than it announces, and closes.</summary>
internal sealed class MislengthAnswer : IResult
{
    private readonly IResult _answer;
    private readonly int _missing;
    private readonly int _unannounced;

    private MislengthAnswer(IResult answer, int missing, int unannounced)
    {
        _answer = answer;
        _missing = missing;
        _unannounced = unannounced;
    }

    /// <summary>The last bytes are announced and never come.</summary>
    public static MislengthAnswer Truncated(IResult answer, int bytes) => new(answer, missing: bytes, unannounced: 0);

    /// <summary>The last bytes come and were not announced.</summary>
    public static MislengthAnswer Overlong(IResult answer, int bytes) => new(answer, missing: 0, unannounced: bytes);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var connection = new RawConnection(httpContext);
        var body = await KeptAnswer.BodyOfAsync(_answer, httpContext);
        httpContext.Response.ContentLength = Math.Max(0, body.Length - _unannounced);
        await connection.SendAsync(RawConnection.HeadOf(httpContext.Response));
        await connection.SendAsync(body[..Math.Max(0, body.Length - _missing)]);
        await connection.EndAsync(Ending.Close);
    }
}

/// <summary>Has an answer written to memory: its status and headers stand in the response, which has not begun.</summary>
internal static class KeptAnswer
{
    public static async Task<ReadOnlyMemory<byte>> BodyOfAsync(IResult answer, HttpContext context)
    {
        var wire = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var body = new MemoryStream();
        var kept = new StreamResponseBodyFeature(body);
        context.Features.Set<IHttpResponseBodyFeature>(kept);
        try
        {
            // Of an answer that goes on for as long as its job, the beginning stands for the whole.
            await (answer is IOpenEndedAnswer open ? open.Beginning : answer).ExecuteAsync(context);
            await kept.CompleteAsync();
        }
        finally
        {
            context.Features.Set(wire);
        }

        return body.ToArray();
    }
}
