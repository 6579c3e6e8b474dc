using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Emulator.Fal;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;
using Imagen4.Emulator.Schema;

namespace Imagen4.Emulator.Webhooks;

/// <summary>What a webhook says of a job that has ended.</summary>
internal static class WebhookBody
{
    private const string NoJson =
        "Response payload is not JSON serializable. "
        + "Either return a JSON serializable object or use the queue endpoint to retrieve the response.";

    public static byte[] Write(Job job, Snapshot snapshot, string baseAddress)
    {
        var failure = job.Progress.Failure;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = PlainText.Encoder }))
        {
            json.WriteStartObject();
            json.WriteString("request_id", job.RequestId);
            // Another id only when the host had to try again, which it never has here.
            json.WriteString("gateway_request_id", job.RequestId);
            json.WriteString("status", failure is null ? "OK" : "ERROR");
            if (failure is not null)
            {
                json.WriteString("error", string.Create(CultureInfo.InvariantCulture, $"Invalid status code: {failure.Status}"));
            }

            json.WritePropertyName("payload");
            if (failure is null && job.Plan.ResultFault == ResultFault.NotJson)
            {
                json.WriteNullValue();
                json.WriteString("payload_error", NoJson);
            }
            else
            {
                // Not checked: an error may quote input that is not text, just as it came.
                json.WriteRawValue(
                    failure is null ? ModelOutput.Write(job, snapshot, baseAddress) : FalErrors.Body(failure).Body.Span,
                    skipInputValidation: true);
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(KeySet))]
[JsonSerializable(typeof(IReadOnlyList<WebhookView>))]
internal sealed partial class WebhookJson : JsonSerializerContext
{
    public static WebhookJson Wire => field ??= new WebhookJson(PlainText.OptionsOf(Default));
}
