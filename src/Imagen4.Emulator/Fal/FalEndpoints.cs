using Imagen4.Emulator.Faults;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Fal;

/// <summary>fal's queue, at the root of the server: reads the call, checks the key and hands it to its operation.</summary>
internal sealed class FalEndpoints(
    KeyCheck keys,
    JobStore jobs,
    FaultInjector faults,
    SubmitHandler submit,
    StatusHandler status,
    StreamHandler stream,
    ResultHandler result,
    CancelHandler cancel)
{
    public async Task HandleAsync(HttpContext context) => await (await AnswerAsync(context)).ExecuteAsync(context);

    private async Task<IResult> AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        if (FalCall.Parse(request.Path.Value ?? "") is not { } call)
        {
            return FalErrors.NoSuchPath;
        }

        if (request.Method != call.Method)
        {
            return FalErrors.MethodNotAllowed;
        }

        var job = Find(call);
        var body = call.Operation == FalOperation.Submit ? SubmitBody.Unread(context) : null;
        return await faults.AroundAsync(new FaultCall(FaultTarget.Of(call.Operation), context)
        {
            Host = HostName.Fal,
            RequestId = call.RequestId,
            PromptOf = async () => body is null ? job?.Plan.Prompt : (await body.Value).Prompt,
            Perform = async fault => Perform(fault, call, job, body is null ? null : await body.Value),
        });
    }

    private IResult Perform(FaultCall fault, FalCall call, Job? job, SubmitBody? body)
    {
        var context = fault.Context;
        var (key, refusal) = keys.Read(context.Request, FalErrors.NoKey(call.Endpoint), FalErrors.WrongKey);
        if (key is null)
        {
            return refusal!;
        }

        if (body is not null)
        {
            return submit.Handle(fault, call.Endpoint, body, key);
        }

        if (job is null)
        {
            return FalErrors.NotFound;
        }

        // Only where there is a request: a client takes this header for the proof that one was accepted.
        context.Response.Headers[FalHeaders.RequestId] = job.RequestId;
        return call.Operation switch
        {
            FalOperation.Status => status.Handle(context.Request, job),
            FalOperation.Stream => stream.Handle(job),
            FalOperation.Cancel => cancel.Handle(job),
            _ => result.Handle(context.Request, job),
        };
    }

    // A request is known to its own host and app only, whatever the rest of the endpoint id says.
    private Job? Find(FalCall call) =>
        call.RequestId is { } id && jobs.Find(id) is { Host: HostName.Fal } job && job.Endpoint.App == call.Endpoint.App ? job : null;
}

/// <summary>Checks <c>Authorization: SCHEME …</c>; without a configured key, any key is accepted.</summary>
internal sealed class KeyCheck(string? onlyKey, string scheme)
{
    public const string Key = "Key";
    public const string Bearer = "Bearer";

    private readonly string _prefix = $"{scheme} ";

    /// <summary>The key, or one of the two answers that refuse the call.</summary>
    public (string? Key, JsonAnswer? Refusal) Read(HttpRequest request, JsonAnswer noKey, JsonAnswer wrongKey)
    {
        var header = request.Headers.Authorization.ToString();
        var key = header.StartsWith(_prefix, StringComparison.OrdinalIgnoreCase) ? header[_prefix.Length..].Trim() : "";
        return key.Length == 0 || key.Contains(' ') ? (null, noKey)
            : onlyKey is not null && key != onlyKey ? (null, wrongKey)
            : (key, null);
    }
}
