using Imagen4.Emulator.Fal;
using Imagen4.Emulator.Faults;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.FalSync;

/// <summary>fal without its queue (fal.run): the answer to the POST is the result itself, once the model is done.</summary>
internal sealed class FalSyncEndpoint(KeyCheck keys, FaultInjector faults, FalIntake intake, ResultHandler result)
{
    public const string Pattern = "/fal-sync/{**endpoint}";

    public async Task HandleAsync(HttpContext context) => await (await AnswerAsync(context)).ExecuteAsync(context);

    private async Task<IResult> AnswerAsync(HttpContext context)
    {
        var path = context.Request.RouteValues["endpoint"] as string ?? "";
        if (EndpointId.FromSegments(path.Trim('/').Split('/')) is not { } endpoint)
        {
            return FalErrors.NoSuchPath;
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            return FalErrors.MethodNotAllowed;
        }

        var body = SubmitBody.Unread(context);
        return await faults.AroundAsync(new FaultCall(FaultTarget.Of(FalOperation.Submit), context)
        {
            Host = HostName.FalSync,
            PromptOf = async () => (await body.Value).Prompt,
            Perform = async call => Perform(call, endpoint, await body.Value),
        });
    }

    private IResult Perform(FaultCall call, EndpointId endpoint, SubmitBody body)
    {
        var context = call.Context;
        var (key, refusal) = keys.Read(context.Request, FalErrors.NoKey(endpoint), FalErrors.WrongKey);
        if (key is null)
        {
            return refusal!;
        }

        var (settings, wrong) = SettingsReader.Read(context.Request);
        if (wrong is not null)
        {
            return wrong;
        }

        var submission = intake.Accept(HostName.FalSync, endpoint, body, settings, key);
        if (submission.Job is not { } job)
        {
            return submission.Refusal!;
        }

        call.RequestId = job.RequestId;
        context.Response.Headers[FalHeaders.RequestId] = job.RequestId;
        return new WhenEnded(job, () => result.Handle(context.Request, job));
    }
}
