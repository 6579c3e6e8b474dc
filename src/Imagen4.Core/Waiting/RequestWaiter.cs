using Imagen4.Core.Protocols;

namespace Imagen4.Core.Waiting;

/// <summary>Waits for a request to end, by the host's stream where it has one and by asking again and again where not.</summary>
/// <param name="limit">How long a request may take from its acceptance; zero or less for no limit.</param>
internal sealed class RequestWaiter(TimeSpan limit)
{
    /// <summary>Waits until the request has ended.</summary>
    /// <param name="request">The request.</param>
    /// <param name="watch">What is wanted besides.</param>
    /// <param name="cancellation">Stops the wait; the request goes on.</param>
    /// <exception cref="WaitTimeoutException">The limit passed; the request goes on.</exception>
    public Task<HostStatus> UntilEndedAsync(RequestReference request, StatusWatch watch, CancellationToken cancellation) =>
        WithinLimitAsync(request, (waited, missed, token) => EndAsync(waited, watch, missed, token), cancellation);

    /// <summary>Waits until the request has ended, and reads its result.</summary>
    /// <exception cref="WaitTimeoutException">The limit passed; the request goes on.</exception>
    /// <exception cref="ImagenException">The request failed; the type says how.</exception>
    public Task<HostResult> UntilResultAsync(RequestReference request, CancellationToken cancellation) =>
        WithinLimitAsync(request, (waited, missed, token) => ResultAsync(request, waited, missed, token), cancellation);

    /// <summary>Reads the result now.</summary>
    /// <returns>The result, or null while the request goes on.</returns>
    /// <exception cref="ImagenException">The request failed; the type says how.</exception>
    public static Task<HostResult?> ReadNowAsync(RequestReference request, CancellationToken cancellation) =>
        HostProtocols.For(request.Host.Profile.Protocol).ReadResultAsync(request, cancellation);

    private static async Task<HostResult> ResultAsync(
        RequestReference request, RequestReference waited, MissedReads missed, CancellationToken cancellation)
    {
        var status = await EndAsync(waited, StatusWatch.Nothing, missed, cancellation).ConfigureAwait(false);

        // The result is worth any wait; the words of a failure, of which the status has some, are not.
        var asked = status.State == ImagenStates.Completed ? waited : request;

        // A host may say "completed" a moment before it has the result.
        return await PollAsync(asked, token => ReadResultAsync(asked, status, token), missed, cancellation).ConfigureAwait(false);
    }

    private static async Task<HostStatus> EndAsync(
        RequestReference request, StatusWatch watch, MissedReads missed, CancellationToken cancellation) =>
        await StreamAsync(request, watch, cancellation).ConfigureAwait(false)
        ?? await PollAsync(request, token => ReadEndedAsync(request, watch, token), missed, cancellation).ConfigureAwait(false);

    // The stream is the shorter way, not the only one: whatever is wrong with it, asking tells what is wrong with the request.
    private static async Task<HostStatus?> StreamAsync(RequestReference request, StatusWatch watch, CancellationToken cancellation)
    {
        var protocol = HostProtocols.For(request.Host.Profile.Protocol);
        try
        {
            await foreach (var status in protocol.FollowAsync(request, watch.Logs, cancellation).ConfigureAwait(false))
            {
                await watch.TellAsync(status, cancellation).ConfigureAwait(false);
                if (status.HasEnded)
                {
                    return status;
                }
            }
        }
        catch (Exception error) when (error is ImagenException or HttpRequestException or IOException or TimeoutException)
        {
            // Fall back to asking.
        }

        return null;
    }

    private static async Task<HostStatus?> ReadEndedAsync(RequestReference request, StatusWatch watch, CancellationToken cancellation)
    {
        var protocol = HostProtocols.For(request.Host.Profile.Protocol);
        var status = await protocol.ReadStatusAsync(request, watch.Logs, cancellation).ConfigureAwait(false);
        await watch.TellAsync(status, cancellation).ConfigureAwait(false);
        return status.HasEnded ? status : null;
    }

    // The status may say that a request failed; the result says how, with the model's own words and status.
    private static async Task<HostResult?> ReadResultAsync(RequestReference request, HostStatus status, CancellationToken cancellation)
    {
        try
        {
            return await ReadNowAsync(request, cancellation).ConfigureAwait(false)
                ?? (status.State == ImagenStates.Completed ? null : throw EndOf(request, status, error: null));
        }
        catch (ImagenException error) when (status.State != ImagenStates.Completed
            && error is (RequestNotFoundException or HostUnavailableException or InvalidResponseException))
        {
            throw EndOf(request, status, error);
        }
    }

    // The error a status stands for, where the result does not say one.
    private static ImagenException EndOf(RequestReference request, HostStatus status, ImagenException? error) =>
        status.State == ImagenStates.Cancelled
            ? new RequestCancelledException(Messages.RequestCancelled.With(status.Error ?? status.ErrorType ?? "?"), error)
            {
                RequestId = request.RequestId,
                HostErrorType = status.ErrorType,
            }
            : new RequestFailedException(Messages.RequestFailed.With(status.Error ?? "?", status.ErrorType ?? "?", error?.StatusCode), error)
            {
                RequestId = request.RequestId,
                HostErrorType = status.ErrorType,
            };

    private static async Task<T> PollAsync<T>(
        RequestReference request, Func<CancellationToken, Task<T?>> ask, MissedReads missed, CancellationToken cancellation)
        where T : class
    {
        var schedule = new PollSchedule();
        while (true)
        {
            try
            {
                if (await ask(cancellation).ConfigureAwait(false) is { } found)
                {
                    return found;
                }

                missed.Understood();
            }
            catch (InvalidResponseException error) when (missed.Passes(error))
            {
                // Ask again.
            }

            await Task.Delay(schedule.Next(), request.Host.Time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<T> WithinLimitAsync<T>(
        RequestReference request, Func<RequestReference, MissedReads, CancellationToken, Task<T>> wait, CancellationToken cancellation)
    {
        var time = request.Host.Time;
        var missed = new MissedReads();
        using var deadline = limit > TimeSpan.Zero
            ? new CancellationTokenSource(Bounded(limit - time.GetElapsedTime(request.Since)), time)
            : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            return await wait(request with { Host = request.Host.Waiting(missed.Note) }, missed, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            var unanswered = missed.Last is { } trouble ? Messages.WaitUnanswered.With(trouble) : "";
            throw new WaitTimeoutException(
                Messages.WaitTimeout.With(request.RequestId, limit.TotalSeconds, request.Host.Profile.Name, request.Model, unanswered))
            {
                RequestId = request.RequestId,
            };
        }
    }

    // A timer takes a millisecond to 49 days; no host keeps a request for longer.
    private static TimeSpan Bounded(TimeSpan span) => TimeSpan.FromMilliseconds(Math.Clamp(span.TotalMilliseconds, 1, uint.MaxValue - 1.0));
}
