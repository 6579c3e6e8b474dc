using System.Globalization;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;
using Imagen4.Emulator.Schema;

namespace Imagen4.Emulator.Fal;

/// <summary>Answers status reads: 202 until the job has ended, then 200.</summary>
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

/// <summary>Hands out what the model answered, with the model's own status and headers.</summary>
internal sealed class ResultHandler(Snapshot snapshot)
{
    public JsonAnswer Handle(HttpRequest request, Job job)
    {
        var progress = job.Progress;
        if (progress.State != JobState.Completed)
        {
            return FalErrors.StillInProgress;
        }

        if (progress.Failure is { } failure)
        {
            return FalErrors.Of(failure);
        }

        return new JsonAnswer(200, ModelOutput.Write(job, snapshot, BaseAddress.Of(request)))
            .With(FalHeaders.BillableUnits, (job.Plan.Images.Count * job.Plan.UnitsPerImage).ToString("0.######", CultureInfo.InvariantCulture));
    }
}

/// <summary>Ends a job that has not ended yet.</summary>
internal sealed class CancelHandler(JobQueue queue)
{
    public JsonAnswer Handle(Job job) =>
        queue.Cancel(job, Failure.Cancelled)
            ? JsonAnswer.Of(202, new QueueAnswer("CANCELLATION_REQUESTED"), FalJson.Wire.QueueAnswer)
            : FalErrors.AlreadyCompleted;
}
