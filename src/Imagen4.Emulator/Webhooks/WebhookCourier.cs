using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Imagen4.Emulator.Queue;
using Imagen4.Emulator.Schema;
using Imagen4.Emulator.Signing;

namespace Imagen4.Emulator.Webhooks;

/// <summary>Tells clients that their jobs have ended; again, a few times, where nobody takes the message.</summary>
internal sealed class WebhookCourier(SigningKey key, Snapshot snapshot, WebhookLog log, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan[] Pauses =
        [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8)];

    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
    {
        Timeout = TimeSpan.FromSeconds(15),
    };

    /// <summary>Delivers when the job has ended. The base address is that under which its client knows this server.</summary>
    public void Watch(Job job, Uri url, string baseAddress)
    {
        log.Add(job.RequestId, url);
        _ = DeliverAsync(job, url, baseAddress);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task DeliverAsync(Job job, Uri url, string baseAddress)
    {
        var stop = _stop.Token;
        try
        {
            await job.WaitForEndAsync(stop);
            var body = WebhookBody.Write(job, snapshot, baseAddress);
            log.Update(job.RequestId, delivery => delivery with { Body = Encoding.UTF8.GetString(body) });
            for (var tries = 1; ; tries++)
            {
                var attempt = await TryAsync(job.RequestId, url, body, stop);
                var last = attempt.Succeeded() || tries > Pauses.Length;
                // Begun before the attempt can be seen: whoever sees it may move the clock.
                var pause = last ? Task.CompletedTask : Task.Delay(Pauses[tries - 1], time, stop);
                log.Update(job.RequestId, delivery => delivery with
                {
                    Attempts = [.. delivery.Attempts, attempt],
                    State = attempt.Succeeded() ? WebhookState.Delivered : last ? WebhookState.GivenUp : WebhookState.Pending,
                });
                if (last)
                {
                    return;
                }

                await pause;
            }
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // The server ends, and its deliveries with it.
        }
        catch (Exception exception)
        {
            await Console.Error.WriteLineAsync($"Emulator bug at the webhook of {job.RequestId}: {exception}");
        }
    }

    private async Task<WebhookAttempt> TryAsync(string requestId, Uri url, byte[] body, CancellationToken stop)
    {
        var now = time.GetUtcNow();
        var headers = WebhookSignature.Headers(key, requestId, now, body);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
            return new WebhookAttempt(now.UtcDateTime, headers, (int)response.StatusCode, null);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException && !stop.IsCancellationRequested)
        {
            return new WebhookAttempt(now.UtcDateTime, headers, null, exception.Message);
        }
    }
}

/// <summary>The headers that prove where a webhook comes from.</summary>
internal static class WebhookSignature
{
    private const string UserId = "emulator";

    public static IReadOnlyDictionary<string, string> Headers(SigningKey key, string requestId, DateTimeOffset now, byte[] body)
    {
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var message = $"{requestId}\n{UserId}\n{timestamp}\n{Convert.ToHexStringLower(SHA256.HashData(body))}";
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["X-Fal-Webhook-Request-Id"] = requestId,
            ["X-Fal-Webhook-User-Id"] = UserId,
            ["X-Fal-Webhook-Timestamp"] = timestamp,
            ["X-Fal-Webhook-Signature"] = Convert.ToHexStringLower(key.Sign(Encoding.UTF8.GetBytes(message))),
        };
    }
}

/// <summary>Where webhooks may go: only to this machine, so that an emulator never calls another one.</summary>
internal static class WebhookAddress
{
    public static bool TryRead(string text, [NotNullWhen(true)] out Uri? url) =>
        Uri.TryCreate(text, UriKind.Absolute, out url)
        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
        && url.IsLoopback;
}
