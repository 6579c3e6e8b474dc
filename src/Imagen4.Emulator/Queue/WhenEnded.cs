using Imagen4.Emulator.Http;

namespace Imagen4.Emulator.Queue;

/// <summary>An answer that is given when its job has ended, as hosts without a queue do. A client that leaves stops no job.</summary>
internal sealed class WhenEnded(Job job, Func<JsonAnswer> answer) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await job.WaitForEndAsync(httpContext.RequestAborted);
        await answer().ExecuteAsync(httpContext);
    }
}
