using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Imagen4.Core.Text;

namespace Imagen4.Core.Http;

/// <summary>Reads server-sent events (WHATWG HTML, 9.2) from an answer, until it ends or falls silent.</summary>
/// <param name="time">The clock.</param>
internal sealed class EventStream(TimeProvider time)
{
    // A status with its log lines has a few KiB.
    private const int LargestEvent = 64 * 1024;

    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(90);

    /// <summary>Receives one trace line for every answer.</summary>
    public Action<string>? Trace { get; init; }

    /// <summary>The data of every event.</summary>
    /// <exception cref="HttpRequestException">The exchange failed.</exception>
    /// <exception cref="IOException">The answer broke off, or an event is larger than hosts send.</exception>
    /// <exception cref="TimeoutException">Nothing came for too long.</exception>
    public async IAsyncEnumerable<byte[]> ReadAsync(
        HttpClient client, HttpRequestMessage request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        using var silence = new Deadline(LongestSilence, time, cancellation);
        using var response = await AwakeAsync(
            client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token), cancellation).ConfigureAwait(false);
        Trace?.Invoke(Messages.TraceAnswer.With(
            request.Method,
            request.RequestUri!.GetLeftPart(UriPartial.Path),
            (int)response.StatusCode,
            (int)time.GetElapsedTime(started).TotalMilliseconds));
        if (!response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            yield break;
        }

        var body = await response.Content.ReadAsStreamAsync(silence.Token).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var bounded = new EventBounds(body, () => silence.Restart(LongestSilence));
            var events = SseParser.Create(bounded, Bounded).EnumerateAsync(silence.Token).GetAsyncEnumerator(silence.Token);
            await using (events.ConfigureAwait(false))
            {
                while (await AwakeAsync(events.MoveNextAsync().AsTask(), cancellation).ConfigureAwait(false))
                {
                    yield return events.Current.Data;
                }
            }
        }
    }

    private static byte[] Bounded(string type, ReadOnlySpan<byte> data) => data.Length <= LargestEvent
        ? data.ToArray()
        : throw new AnswerTooLargeException(Messages.AnswerTooLarge.With(LargestEvent));

    // Silence is not a stop by the user.
    private static async Task<T> AwakeAsync<T>(Task<T> step, CancellationToken cancellation)
    {
        try
        {
            return await step.ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException(Messages.TransferSilent.With(LongestSilence.TotalSeconds), error);
        }
    }
}
