using Imagen4.Emulator.Billing;

namespace Imagen4.Emulator.Queue;

/// <summary>Where every host's jobs come in: none runs without being billed, none is billed without being known.</summary>
internal sealed class Intake(JobQueue queue, JobStore jobs, BillLog bills)
{
    /// <summary>Takes the job and says how many are ahead of it; null if the queue is longer than the job allows.</summary>
    public int? Take(Job job, string key)
    {
        if (queue.Submit(job) is not { } position)
        {
            return null;
        }

        jobs.Add(job);
        bills.Add(Bill.Of(job, key));
        return position;
    }
}
