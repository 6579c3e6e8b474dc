namespace Imagen4.Emulator.Http;

/// <summary>A bug here must not look like a fault that a test asked for: it is told on standard error and in the answer.</summary>
internal static class CrashReport
{
    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client left, or the server ends: nobody is there to answer.
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            // A request that breaks HTTP itself: a body that is too long, or shorter than it said.
            await ErrorText.Answer(exception.StatusCode, exception.Message).ExecuteAsync(context);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            await Console.Error.WriteLineAsync($"Emulator bug at {context.Request.Method} {context.Request.Path}: {exception}");
            await ErrorText.Answer(500, $"Emulator bug: {exception.Message}").ExecuteAsync(context);
        }
    }
}
