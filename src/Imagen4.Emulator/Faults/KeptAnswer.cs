using Microsoft.AspNetCore.Http.Features;

namespace Imagen4.Emulator.Faults;

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
