namespace Imagen4.Emulator.Faults;

/// <summary>Says nothing until the client gives up.</summary>
internal sealed class HangFault : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) => Task.Delay(Timeout.Infinite, httpContext.RequestAborted);
}
