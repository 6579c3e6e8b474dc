using System.Globalization;
using Imagen4.Emulator.Billing;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;
using Imagen4.Emulator.Schema;

namespace Imagen4.Emulator.Fal;

/// <summary>
/// Accepts a job. Any JSON object is accepted and billed: what a model thinks of its input shows only in the result,
/// as on the real queue.
/// </summary>
internal sealed class SubmitHandler(Planner planner, JobQueue queue, JobStore jobs, BillLog bills, TimeProvider time)
{
    public JsonAnswer Handle(HttpRequest request, EndpointId endpoint, SubmitBody body, string key)
    {
        if (Catalogue.Default.FindModel(endpoint.ToString()) is not { } model)
        {
            return FalErrors.NoSuchApplication(endpoint);
        }

        if (model.Retired)
        {
            return FalErrors.Retired(endpoint);
        }

        if (body.Refusal is { } refusal)
        {
            return FalErrors.Of(refusal);
        }

        var requestId = Guid.NewGuid().ToString();
        var plan = planner.Plan(model, requestId, body.Input);
        var job = new Job(requestId, endpoint, plan, time.GetUtcNow())
        {
            LowPriority = string.Equals(request.Headers[FalHeaders.QueuePriority], "low", StringComparison.OrdinalIgnoreCase),
            WebhookUrl = request.Query["fal_webhook"],
        };
        var waiting = job.Progress;
        if (queue.Submit(job, MaxWaiting(request)) is not { } position)
        {
            return FalErrors.QueueTooLong;
        }

        jobs.Add(job);
        bills.Add(new Bill(
            job.SubmittedAt.UtcDateTime, requestId, endpoint.ToString(), plan.ImagesAsked, BillLog.HashKey(key), body.Input));
        request.HttpContext.Response.Headers[FalHeaders.RequestId] = requestId;
        return JsonAnswer.Of(200, QueueStatus.Of(job, waiting, position, logs: null, BaseAddress.Of(request)), FalJson.Wire.QueueStatus);
    }

    private static int? MaxWaiting(HttpRequest request)
    {
        var asked = request.Query["fal_max_queue_length"];
        return int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : null;
    }
}
