using System.Text.Json;
using System.Text.RegularExpressions;
using Imagen4.Emulator.Fal;
using Imagen4.Emulator.Faults;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.ImagesGenerations;
using Imagen4.Emulator.Queue;
using Imagen4.Emulator.Schema;

namespace Imagen4.Emulator.OpenForm;

/// <summary>
/// A host of OpenAI's form, at the two kinds of path there are: <c>v1/images/generations</c> with the model in the body and a Bearer
/// token, and <c>deployments/{model}/images/generations?api-version=…</c> with the key in <c>api-key</c>. It takes <c>n</c> and
/// <c>size</c>, refuses what it does not know by name, and answers with base64 and the tokens used.
/// </summary>
internal sealed partial class OpenFormEndpoint(string? onlyKey, FaultInjector faults, Intake intake, TimeProvider time)
{
    public const string Pattern = "/openform/{**path}";

    /// <summary>A model that is there, and that the account may not use.</summary>
    public const string BlockedModel = "gpt-image-blocked";

    private const string Invalid = "invalid_request_error";
    private const string ByModel = "v1/images/generations";
    private const string Rejected = "Your request was rejected by the safety system.";
    private const long TokensPerImage = 1_056;

    private static readonly GenerationsSchema Body = GenerationsSchema.Load("openform.json");

    private readonly KeyCheck _bearer = new(onlyKey, KeyCheck.Bearer);

    public async Task HandleAsync(HttpContext context) => await (await AnswerAsync(context)).ExecuteAsync(context);

    private async Task<IResult> AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var path = (request.RouteValues["path"] as string ?? "").Trim('/');
        var deployment = Deployment.Match(path) is { Success: true } match ? match.Groups["model"].Value : null;
        var requestId = $"req_{Guid.NewGuid():N}";
        context.Response.Headers["x-request-id"] = requestId;
        if ((path != ByModel && deployment is null) || !HttpMethods.IsPost(request.Method))
        {
            return OpenError.Answer(404, $"Invalid URL ({request.Method} /{path})", Invalid);
        }

        var body = SubmitBody.Unread(context);
        return await faults.AroundAsync(new FaultCall(FaultTarget.Of(FalOperation.Submit), context)
        {
            Host = HostName.OpenForm,
            RequestId = requestId,
            PromptOf = async () => (await body.Value).Prompt,
            Perform = async _ => Perform(request, deployment, requestId, await body.Value),
            ErrorForm = (status, message) => OpenError.Answer(status, message, "server_error"),
        });
    }

    private IResult Perform(HttpRequest request, string? deployment, string requestId, SubmitBody body)
    {
        if (deployment is not null && request.Query["api-version"].ToString().Length == 0)
        {
            return OpenError.Answer(404, "Resource not found", Invalid, "404");
        }

        if (KeyOf(request, deployment is not null) is not { } key)
        {
            return OpenError.Answer(401, "Incorrect API key provided.", Invalid, "invalid_api_key");
        }

        if (AccountRefusal.Find(body.Prompt) is { } account)
        {
            return OpenError.Answer(account.Status, account.Message, account.Code ?? Invalid, account.Code);
        }

        if (body.Refusal is { } wrong)
        {
            return OpenError.Answer(400, wrong.Message, Invalid);
        }

        return Refusal(body, deployment) is { } refusal ? refusal : Accept(body.Input, deployment, requestId, key);
    }

    private static JsonAnswer? Refusal(SubmitBody body, string? deployment)
    {
        var model = deployment ?? Text(body.Input, "model");
        if (model is null)
        {
            return OpenError.Answer(400, "Missing required parameter: 'model'.", Invalid, "missing_required_parameter", "model");
        }

        if (model == BlockedModel)
        {
            return OpenError.Answer(403, $"Project does not have access to model `{model}`", Invalid, "model_not_found");
        }

        if (!Body.Models.Contains(model))
        {
            return OpenError.Answer(404, $"The model '{model}' does not exist.", Invalid, "model_not_found", "model");
        }

        if (body.Input.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => !Body.Properties.ContainsKey(name)) is { } unknown)
        {
            return OpenError.Answer(400, $"Unknown parameter: '{unknown}'.", Invalid, "unknown_parameter", unknown);
        }

        foreach (var (name, rule) in Body.Properties)
        {
            if (!body.Input.TryGetProperty(name, out var given))
            {
                if (Body.Required.Contains(name))
                {
                    return OpenError.Answer(400, $"Missing required parameter: '{name}'.", Invalid, "missing_required_parameter", name);
                }
            }
            else if (rule.Read(given).Problem is { } problem)
            {
                return OpenError.Answer(400, $"Invalid value for '{name}': {problem}.", Invalid, "invalid_value", name);
            }
        }

        var directives = PromptDirective.AllIn(body.Prompt ?? "").Select(directive => directive.Name).ToList();
        return directives.Contains("content_policy_violation")
                ? OpenError.Answer(400, Rejected, "image_generation_user_error", "content_policy_violation")
            : directives.Contains("moderation_blocked") || Forbidden.IsMatch(body.Prompt ?? "")
                ? OpenError.Answer(400, Rejected, "image_generation_user_error", "moderation_blocked")
            : null;
    }

    private WhenEnded Accept(JsonElement input, string? deployment, string requestId, string key)
    {
        var (values, _) = Body.Check(input);
        var size = (string)values["size"]! is var named && named == "auto" ? "1024x1024" : named;
        var plan = Planner.PlanOf(
            GenerationInput.From(values) with { NumImages = (int)(long)values["n"]!, AspectRatio = Ratio(size) }, requestId, input);
        var model = deployment ?? Text(input, "model")!;
        var job = new Job(requestId, new EndpointId(model, ""), plan, time.GetUtcNow()) { Host = HostName.OpenForm, Input = input };
        intake.Take(job, key);
        return new WhenEnded(job, () => job.Progress.Failure is { } failure
            ? OpenError.Answer(failure.Status, failure.Message, failure.Status >= 500 ? "server_error" : Invalid, failure.Type)
            : Result(job, (string)values["output_format"]!, (string)values["quality"]!, size));
    }

    private JsonAnswer Result(Job job, string format, string quality, string size)
    {
        var output = job.Plan.Images.Count * TokensPerImage;
        var input = (job.Plan.Prompt.Length / 4) + 1;
        var answer = new OpenAnswer(
            time.GetUtcNow().ToUnixTimeSeconds(),
            format,
            quality,
            size,
            [.. job.Plan.Images.Select(image => new OpenImage(Convert.ToBase64String(image.Render())))],
            new OpenUsage(input + output, input, output));
        return JsonAnswer.Of(200, answer, OpenFormJson.Wire.OpenAnswer);
    }

    // Either kind of path takes its own header alone, as either kind of host does.
    private string? KeyOf(HttpRequest request, bool isDeployment)
    {
        if (!isDeployment)
        {
            var refused = OpenError.Answer(401, "", Invalid);
            return _bearer.Read(request, refused, refused).Key;
        }

        var key = request.Headers["api-key"].ToString();
        return key.Length > 0 && (onlyKey is null || key == onlyKey) ? key : null;
    }

    private static string Ratio(string size) => size switch
    {
        "1536x1024" => "4:3",
        "1024x1536" => "3:4",
        _ => "1:1",
    };

    private static string? Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out var given) && JsonText.TryRead(given, out var text) && text.Length > 0 ? text : null;

    [GeneratedRegex(@"^deployments/(?<model>[^/]+)/images/generations$", RegexOptions.ExplicitCapture)]
    private static partial Regex Deployment { get; }

    [GeneratedRegex(@"\bforbidden\b", RegexOptions.IgnoreCase)]
    private static partial Regex Forbidden { get; }
}
