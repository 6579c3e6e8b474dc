using System.Globalization;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;
using Imagen4.Emulator.Schema;

namespace Imagen4.Emulator.Fal;

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
            .With(FalHeaders.BillableUnits, job.Plan.Images.Count.ToString(CultureInfo.InvariantCulture));
    }
}
