using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;
using Imagen4.Emulator.Schema;

namespace Imagen4.Emulator.Fal;

/// <summary>
/// Accepts a job for an endpoint of fal's, whichever way it came. Any JSON object is accepted and billed: what a model
/// thinks of its input shows only in the result, as on the real queue.
/// </summary>
internal sealed class FalIntake(Planner planner, Intake intake, TimeProvider time)
{
    public Submission Accept(string host, EndpointId endpoint, SubmitBody body, QueueSettings settings, string key)
    {
        if (AccountRefusal.Find(body.Prompt) is { } account)
        {
            return Submission.Refused(ErrorText.Answer(account.Status, account.Message));
        }

        if (Catalogue.Default.FindModel(endpoint.ToString()) is not { } model)
        {
            return Submission.Refused(FalErrors.NoSuchApplication(endpoint));
        }

        if (model.Retired)
        {
            return Submission.Refused(FalErrors.Retired(endpoint));
        }

        if (body.Refusal is { } refusal)
        {
            return Submission.Refused(FalErrors.Of(refusal));
        }

        var requestId = Guid.NewGuid().ToString();
        var job = new Job(requestId, endpoint, planner.Plan(model, requestId, body.Input), time.GetUtcNow())
        {
            Host = host,
            Settings = settings,
            Input = body.Input,
        };
        return intake.Take(job, key) is { } position
            ? new Submission(job, position, null)
            : Submission.Refused(FalErrors.QueueTooLong);
    }
}
