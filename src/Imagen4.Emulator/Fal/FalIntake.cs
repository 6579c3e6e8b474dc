using System.Globalization;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;
using Imagen4.Emulator.Schema;
using Imagen4.Emulator.Webhooks;

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
            return Submission.Refused(account.Code is { } code
                ? FalErrors.Body(new Failure(account.Status, code, account.Message))
                : ErrorText.Answer(account.Status, account.Message));
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

/// <summary>Reads what a client asks of the queue, from headers and query; or says what is wrong with it.</summary>
internal static class SettingsReader
{
    private const double LongestTimeout = 1_000_000;

    public static (QueueSettings Settings, JsonAnswer? Refusal) Read(HttpRequest request)
    {
        var headers = request.Headers;
        Uri? webhook = null;
        if (request.Query["fal_webhook"] is [{ } address, ..] && !WebhookAddress.TryRead(address, out webhook))
        {
            return (QueueSettings.None, FalErrors.WebhookElsewhere);
        }

        // The second name replaces the first, which clients still send.
        var timeout = headers[FalHeaders.StartTimeout] is [{ } newer, ..] ? newer : headers[FalHeaders.RequestTimeout].ToString();
        double? seconds = null;
        if (timeout.Length > 0 && (seconds = Seconds(timeout)) is null)
        {
            return (QueueSettings.None, FalErrors.WrongTimeout(timeout));
        }

        var settings = new QueueSettings
        {
            LowPriority = string.Equals(headers[FalHeaders.QueuePriority], "low", StringComparison.OrdinalIgnoreCase),
            MaxWaiting = WholeNumber(request.Query["fal_max_queue_length"]),
            Webhook = webhook,
            StartTimeout = seconds is { } length ? TimeSpan.FromSeconds(length) : null,
            Tags = headers[FalHeaders.Tags],
            ObjectLifecycle = headers[FalHeaders.ObjectLifecycle],
        };
        return (settings, null);
    }

    private static int? WholeNumber(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static double? Seconds(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
        && seconds is > 0 and <= LongestTimeout
            ? seconds
            : null;
}
