using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Fal;

/// <summary>Says how far a job is: 202 until it has ended, then 200.</summary>
internal sealed class StatusHandler(JobQueue queue, TimeProvider time)
{
    public JsonAnswer Handle(HttpRequest request, Job job)
    {
        var progress = job.Progress;
        var logs = WantsLogs(request) && progress.State != JobState.InQueue ? JobLog.Until(job, time.GetUtcNow()) : null;
        var status = QueueStatus.Of(job, progress, queue.PositionOf(job), logs, BaseAddress.Of(request));
        return JsonAnswer.Of(progress.State == JobState.Completed ? 200 : 202, status, FalJson.Wire.QueueStatus);
    }

    public static bool WantsLogs(HttpRequest request) => request.Query["logs"].ToString() is "1" or "true" or "True";
}
