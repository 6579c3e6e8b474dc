namespace Imagen4.Emulator.Faults;

/// <summary>Cuts the connection without a word.</summary>
internal sealed class AbortFault : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Abort();
        return Task.CompletedTask;
    }
}
