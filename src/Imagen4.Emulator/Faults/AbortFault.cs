namespace Imagen4.Emulator.Faults;

/// <summary>Cuts the connection without a word.</summary>
internal sealed class AbortFault : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Abort();
        // The cut takes effect a moment later; an answer that ends before it would be taken for one that was given.
        return Task.Delay(Timeout.Infinite, httpContext.RequestAborted);
    }
}
