using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Fal;

/// <summary>Ends a job that has not ended yet.</summary>
internal sealed class CancelHandler(JobQueue queue)
{
    public JsonAnswer Handle(Job job) =>
        queue.Cancel(job, Failure.Cancelled)
            ? JsonAnswer.Of(202, new QueueAnswer("CANCELLATION_REQUESTED"), FalJson.Wire.QueueAnswer)
            : FalErrors.AlreadyCompleted;
}
