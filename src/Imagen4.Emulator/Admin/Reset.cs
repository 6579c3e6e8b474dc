using Imagen4.Emulator.Billing;
using Imagen4.Emulator.Faults;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;
using Imagen4.Emulator.Storage;
using Imagen4.Emulator.Webhooks;

namespace Imagen4.Emulator.Admin;

/// <summary>
/// Makes a used emulator as good as a new one, so that long runs neither start one each nor fill its memory. Settings stay.
/// </summary>
internal sealed class Reset(
    JobQueue queue,
    JobStore jobs,
    BillLog bills,
    RequestLog requests,
    FaultTable faults,
    WebhookLog deliveries,
    UploadStore uploads,
    ConnectionGauge connections)
{
    public void Run()
    {
        faults.Clear();
        // Ended first, so that whoever waits for one is let go.
        foreach (var job in jobs.NewestFirst(int.MaxValue))
        {
            queue.Cancel(job, Failure.Cancelled);
        }

        jobs.ForgetFinished();
        bills.Clear();
        requests.Clear();
        deliveries.Clear();
        uploads.Clear();
        queue.ResetPeak();
        connections.ResetPeak();
    }
}
