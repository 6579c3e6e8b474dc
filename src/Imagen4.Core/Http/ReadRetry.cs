using System.Net;
using Polly;
using Polly.Retry;

namespace Imagen4.Core.Http;

/// <summary>
/// Repeats reads that failed on the way: connection failures, 408, 429 and server errors.
/// Reads cost nothing; a paid POST never goes through here.
/// </summary>
/// <param name="time">The clock for the waits.</param>
/// <param name="readsModel">Whether a model may answer: its own server error is then an answer, which stays the same.</param>
internal sealed class ReadRetry(TimeProvider time, bool readsModel)
{
    private const int Attempts = 8;

    private readonly ResiliencePipeline<HostResponse> _pipeline = new ResiliencePipelineBuilder<HostResponse> { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions<HostResponse>
        {
            MaxRetryAttempts = Attempts - 1,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromSeconds(0.5),
            MaxDelay = TimeSpan.FromSeconds(20),
            ShouldHandle = new PredicateBuilder<HostResponse>()
                .Handle<HttpRequestException>()
                .Handle<IOException>()
                .Handle<TimeoutException>()
                .HandleResult(response => IsPassing(response, readsModel)),
            DelayGenerator = arguments => ValueTask.FromResult(
                arguments.Outcome.Result is { } response ? RetryAfter.Read(response.Headers, time) : null),
        })
        .Build();

    /// <summary>Runs a read until it comes through or the attempts are spent.</summary>
    /// <returns>The last answer, whatever its status.</returns>
    /// <exception cref="HostUnavailableException">The host could not be reached at all.</exception>
    public async Task<HostResponse> RunAsync(Func<CancellationToken, Task<HostResponse>> read, CancellationToken cancellation)
    {
        try
        {
            return await _pipeline
                .ExecuteAsync(async token => await read(token).ConfigureAwait(false), cancellation)
                .ConfigureAwait(false);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or TimeoutException)
        {
            throw new HostUnavailableException(Messages.HostUnreachable.With(PlainText.Line(error.Message)), error);
        }
    }

    private static bool IsPassing(HostResponse response, bool readsModel) =>
        response.Status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        || ((int)response.Status >= 500 && !(readsModel && response.JsonObject()?.TryGetProperty("detail", out _) == true));
}
