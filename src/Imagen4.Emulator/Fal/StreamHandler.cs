using System.Text.Json;
using Imagen4.Emulator.Faults;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Fal;

/// <summary>
/// Sends a status whenever something changed, as server-sent events, until the job has ended.
/// Logs are deltas here: each event carries only the lines that no event before it had.
/// </summary>
internal sealed class StreamHandler(JobQueue queue, TimeProvider time)
{
    // Positions and log lines have no event of their own; they are looked at this often.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    public IResult Handle(Job job) => new Stream(this, job, firstOnly: false);

    private async Task WriteAsync(HttpContext context, Job job, bool firstOnly)
    {
        var cancellationToken = context.RequestAborted;
        var baseAddress = BaseAddress.Of(context.Request);
        var withLogs = StatusHandler.WantsLogs(context.Request);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";

        using var timer = new PeriodicTimer(Tick, time);
        var tick = timer.WaitForNextTickAsync(cancellationToken).AsTask();
        var logsSent = 0;
        JobProgress? sentProgress = null;
        int? sentPosition = null;
        while (true)
        {
            var progress = job.Progress;
            var position = queue.PositionOf(job);
            var logs = withLogs && progress.State != JobState.InQueue ? JobLog.Until(job, time.GetUtcNow()).Skip(logsSent).ToArray() : null;
            if (!ReferenceEquals(progress, sentProgress) || position != sentPosition || logs?.Length > 0)
            {
                await WriteEventAsync(context.Response, QueueStatus.Of(job, progress, position, logs, baseAddress), cancellationToken);
                (sentProgress, sentPosition) = (progress, position);
                logsSent += logs?.Length ?? 0;
            }

            if (firstOnly || progress.State == JobState.Completed)
            {
                return;
            }

            await Task.WhenAny(job.WhenChangedFromAsync(progress), tick);
            if (tick.IsCompleted)
            {
                await tick;
                tick = timer.WaitForNextTickAsync(cancellationToken).AsTask();
            }
        }
    }

    private static async Task WriteEventAsync(HttpResponse response, QueueStatus status, CancellationToken cancellationToken)
    {
        await response.BodyWriter.WriteAsync("data: "u8.ToArray(), cancellationToken);
        await response.BodyWriter.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(status, FalJson.Wire.QueueStatus), cancellationToken);
        await response.BodyWriter.WriteAsync("\n\n"u8.ToArray(), cancellationToken);
        await response.BodyWriter.FlushAsync(cancellationToken);
    }

    private sealed class Stream(StreamHandler handler, Job job, bool firstOnly) : IOpenEndedAnswer
    {
        public IResult Beginning => new Stream(handler, job, firstOnly: true);

        public Task ExecuteAsync(HttpContext httpContext) => handler.WriteAsync(httpContext, job, firstOnly);
    }
}
