using Imagen4.Emulator.Fal;
using Imagen4.Emulator.Faults;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;
using Imagen4.Emulator.Schema;

namespace Imagen4.Emulator.Aggregators;

/// <summary>
/// fal's queue through a reseller: submit and result are there, the rest is not. The answer to a submission still names
/// fal's own addresses, where the reseller's token is not valid. None of fal's headers go through, either way.
/// </summary>
internal sealed class AggregatorEndpoints(
    IAggregator host, KeyCheck keys, JobStore jobs, FaultInjector faults, FalIntake intake, Snapshot snapshot)
{
    private const string FalAddress = "https://queue.fal.run";
    private const string AnyModel = "fal-ai/auto";

    public string Pattern => $"/{host.Name}/{{**path}}";

    public async Task HandleAsync(HttpContext context) => await (await AnswerAsync(context)).ExecuteAsync(context);

    private async Task<IResult> AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var path = request.RouteValues["path"] as string ?? "";
        if (FalCall.Parse(path) is not { } call)
        {
            return host.Unknown(request);
        }

        var job = Find(call, path);
        var body = IsSubmit(call, request) ? SubmitBody.Unread(context) : null;
        return await faults.AroundAsync(new FaultCall(FaultTarget.Of(call.Operation), context)
        {
            Host = host.Name,
            RequestId = call.RequestId,
            PromptOf = async () => body is null ? job?.Plan.Prompt : (await body.Value).Prompt,
            Perform = async fault => Perform(fault, call, path, job, body is null ? null : await body.Value),
            ErrorForm = host.Error,
        });
    }

    private IResult Perform(FaultCall fault, FalCall call, string path, Job? job, SubmitBody? body)
    {
        var request = fault.Context.Request;
        var (key, refusal) = keys.Read(request, host.Unauthorized, host.Unauthorized);
        if (key is null)
        {
            return refusal!;
        }

        return body is not null ? Submit(fault, call.Endpoint, body, key)
            : !IsResult(call, path) || !HttpMethods.IsGet(request.Method) ? host.Unknown(request)
            : job is null ? FalErrors.NotFound
            : Result(request, job);
    }

    private JsonAnswer Submit(FaultCall fault, EndpointId endpoint, SubmitBody body, string key)
    {
        var submission = intake.Accept(host.Name, endpoint, body, QueueSettings.None, key);
        if (submission.Job is not { } job)
        {
            return submission.Refusal!;
        }

        fault.RequestId = job.RequestId;
        return SubmitHandler.Accepted(job, submission.Position, FalAddress);
    }

    private JsonAnswer Result(HttpRequest request, Job job)
    {
        var progress = job.Progress;
        return progress.State != JobState.Completed ? host.Pending(progress.State)
            : progress.Failure is { } failure ? host.Failed(failure)
            : new JsonAnswer(200, ModelOutput.Write(job, snapshot, BaseAddress.Of(request)));
    }

    private Job? Find(FalCall call, string path) =>
        IsResult(call, path) && jobs.Find(call.RequestId!) is { } job && job.Host == host.Name
        && (job.Endpoint.App == call.Endpoint.App || (host.KnowsAuto && call.Endpoint.App == AnyModel))
            ? job
            : null;

    private static bool IsSubmit(FalCall call, HttpRequest request) =>
        call.Operation == FalOperation.Submit && HttpMethods.IsPost(request.Method);

    // By owner and alias only: the longer spellings that fal takes are not documented here.
    private static bool IsResult(FalCall call, string path) =>
        call.Operation == FalOperation.Result && path.Trim('/') == $"{call.Endpoint.App}/requests/{call.RequestId}";
}
