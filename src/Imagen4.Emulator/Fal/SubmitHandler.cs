using Imagen4.Emulator.Faults;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;
using Imagen4.Emulator.Webhooks;

namespace Imagen4.Emulator.Fal;

/// <summary>Accepts a job and says where it can be asked for.</summary>
internal sealed class SubmitHandler(FalIntake intake, WebhookCourier webhooks)
{
    private static readonly JobProgress Waiting = new(JobState.InQueue);

    public JsonAnswer Handle(FaultCall call, EndpointId endpoint, SubmitBody body, string key)
    {
        var request = call.Context.Request;
        var (settings, wrong) = SettingsReader.Read(request);
        if (wrong is not null)
        {
            return wrong;
        }

        var submission = intake.Accept(HostName.Fal, endpoint, body, settings, key);
        if (submission.Job is not { } job)
        {
            return submission.Refusal!;
        }

        if (settings.Webhook is { } webhook)
        {
            webhooks.Watch(job, webhook, BaseAddress.Of(request));
        }

        call.RequestId = job.RequestId;
        call.Context.Response.Headers[FalHeaders.RequestId] = job.RequestId;
        return Accepted(job, submission.Position, BaseAddress.Of(request));
    }

    /// <summary>The answer to an accepted job, as of the moment when it had just come in.</summary>
    public static JsonAnswer Accepted(Job job, int position, string baseAddress) =>
        JsonAnswer.Of(200, QueueStatus.Of(job, Waiting, position, logs: null, baseAddress), FalJson.Wire.QueueStatus);
}
