using System.Text.Json;
using Imagen4.Emulator.Faults;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;
using Imagen4.Emulator.Schema;
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

/// <summary>The body of a submission: the input object, or why it is not one.</summary>
internal sealed record SubmitBody(JsonElement Input, Failure? Refusal)
{
    /// <summary>The prompt as far as there is one, for rules that look for text in it.</summary>
    public string? Prompt => Refusal is null ? JsonText.PromptOf(Input) : null;

    /// <summary>The body of a call, read once, when it is first asked for.</summary>
    public static Lazy<Task<SubmitBody>> Unread(HttpContext context) => new(() => ReadAsync(context.Request, context.RequestAborted));

    private static async Task<SubmitBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            // Cloned, because bills and errors keep parts of it.
            using var document = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellationToken);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new SubmitBody(document.RootElement.Clone(), null)
                : Refused("model_attributes_type", "Input should be a valid dictionary or object to extract fields from");
        }
        catch (JsonException exception)
        {
            return Refused("json_invalid", $"JSON decode error: {exception.Message}");
        }
    }

    private static SubmitBody Refused(string type, string message) => new(default, Failure.Invalid([new Problem(["body"], type, message)]));
}

/// <summary>The outcome of a POST: a job and its place in the queue, or the answer that refuses it.</summary>
internal sealed record Submission(Job? Job, int Position, JsonAnswer? Refusal)
{
    public static Submission Refused(JsonAnswer answer) => new(null, 0, answer);
}
