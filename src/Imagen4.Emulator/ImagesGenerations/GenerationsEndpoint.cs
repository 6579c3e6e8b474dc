using System.Text.Json;
using Imagen4.Emulator.Fal;
using Imagen4.Emulator.Faults;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.ImagesGenerations;

/// <summary>
/// <c>POST /v1/images/generations</c> (AI/ML API): the model is named in the body, which is checked before anything is
/// accepted, and the answer is the result.
/// </summary>
internal sealed class GenerationsEndpoint(KeyCheck keys, FaultInjector faults, Intake intake, TimeProvider time)
{
    public const string Pattern = "/aimlapi/{**path}";

    private const string Path = "v1/images/generations";
    private const string NoKey =
        "This request requires a valid API key. You can create a new API key on the Billing page: https://aimlapi.com/app/keys";

    public async Task HandleAsync(HttpContext context) => await (await AnswerAsync(context)).ExecuteAsync(context);

    private async Task<IResult> AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var path = (request.RouteValues["path"] as string ?? "").Trim('/');
        var requestId = Guid.NewGuid().ToString();
        context.Response.Headers["x-request-id"] = requestId;
        JsonAnswer Error(int status, string message) => JsonAnswer.Of(
            status,
            new GenerationsError(message, $"/{path}", requestId, status, time.GetUtcNow().UtcDateTime),
            GenerationsErrorJson.Wire.GenerationsError);

        if (path != Path || !HttpMethods.IsPost(request.Method))
        {
            return Error(404, $"Cannot {request.Method} /{path}");
        }

        var body = SubmitBody.Unread(context);
        return await faults.AroundAsync(new FaultCall(FaultTarget.Of(FalOperation.Submit), context)
        {
            Host = HostName.AimlApi,
            RequestId = requestId,
            PromptOf = async () => (await body.Value).Prompt,
            Perform = async _ => Perform(request, requestId, await body.Value, Error),
            ErrorForm = Error,
        });
    }

    private IResult Perform(HttpRequest request, string requestId, SubmitBody body, Func<int, string, JsonAnswer> error)
    {
        var noKey = error(401, NoKey);
        var (key, refusal) = keys.Read(request, noKey, noKey);
        if (key is null)
        {
            return refusal!;
        }

        if (AccountRefusal.Find(body.Prompt) is { } account)
        {
            return error(account.Status, account.Message);
        }

        if (body.Refusal is { } wrong)
        {
            return error(400, $"Body validation error! {wrong.Message}");
        }

        if (GenerationsSchema.Default.IsUnknownModel(body.Input))
        {
            return error(404, "Model not found");
        }

        var (values, problem) = GenerationsSchema.Default.Check(body.Input);
        if (problem is not null)
        {
            return error(400, $"Body validation error! {problem}");
        }

        var job = JobOf(values, requestId, body.Input);
        intake.Take(job, key);
        return new WhenEnded(job, () => job.Progress.Failure is { } failure
            ? error(failure.Status, failure.Message)
            : GenerationsOutput.Write(job, BaseAddress.Of(request)));
    }

    private Job JobOf(IReadOnlyDictionary<string, object?> values, string requestId, JsonElement body)
    {
        var plan = Planner.PlanOf(GenerationInput.From(values), requestId, body) with { Inline = values["convert_base64_to_url"] is false };
        var model = (string)values["model"]!;
        return new Job(requestId, EndpointId.FromSegments(model.Split('/'))!, plan, time.GetUtcNow())
        {
            Host = HostName.AimlApi,
            Input = body,
        };
    }
}
