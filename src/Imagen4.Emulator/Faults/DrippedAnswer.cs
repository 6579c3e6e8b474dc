namespace Imagen4.Emulator.Faults;

/// <summary>The whole answer, a little at a time.</summary>
internal sealed class DrippedAnswer(IResult answer, FaultEffect effect, TimeProvider time) : IResult
{
    // Few enough that a file of any size gets through while a test waits for it.
    private const int DefaultPieces = 20;
    private const int DefaultDelayMs = 20;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var rest = await KeptAnswer.BodyOfAsync(answer, httpContext);
        var piece = effect.Bytes ?? Math.Max(1, (rest.Length + DefaultPieces - 1) / DefaultPieces);
        var pause = TimeSpan.FromMilliseconds(effect.DelayMs ?? DefaultDelayMs);
        var body = httpContext.Response.Body;
        while (true)
        {
            var next = Math.Min(piece, rest.Length);
            await body.WriteAsync(rest[..next], httpContext.RequestAborted);
            await body.FlushAsync(httpContext.RequestAborted);
            rest = rest[next..];
            if (rest.Length == 0)
            {
                return;
            }

            await Task.Delay(pause, time, httpContext.RequestAborted);
        }
    }
}

/// <summary>An answer that is written bit by bit over a time.</summary>
internal interface IOpenEndedAnswer : IResult
{
    /// <summary>Its first bit alone.</summary>
    IResult Beginning { get; }
}
