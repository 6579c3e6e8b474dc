using Imagen4.Core.Protocols;

namespace Imagen4.Core.Waiting;

/// <summary>Waits for a request to end, and reads what has become of it.</summary>
/// <param name="limit">How long a request may take from its acceptance; zero or less for no limit.</param>
internal sealed class RequestWaiter(TimeSpan limit)
{
    /// <summary>Waits until the request has ended.</summary>
    /// <exception cref="WaitTimeoutException">The limit passed; the request goes on.</exception>
    public Task<HostStatus> UntilEndedAsync(RequestReference request, CancellationToken cancellation) =>
        PollAsync(request, token => ReadEndedAsync(request, token), cancellation);

    /// <summary>Waits until the request has ended, and reads its result.</summary>
    /// <exception cref="WaitTimeoutException">The limit passed; the request goes on.</exception>
    /// <exception cref="ImagenException">The request failed; the type says how.</exception>
    public Task<HostResult> UntilResultAsync(RequestReference request, CancellationToken cancellation) =>
        PollAsync(
            request,
            async token => await ReadEndedAsync(request, token).ConfigureAwait(false) is { } status
                ? await ReadResultAsync(request, status, token).ConfigureAwait(false)
                : null,
            cancellation);

    /// <summary>Reads the result now.</summary>
    /// <returns>The result, or null while the request goes on.</returns>
    /// <exception cref="ImagenException">The request failed; the type says how.</exception>
    public static Task<HostResult?> ReadNowAsync(RequestReference request, CancellationToken cancellation) =>
        HostProtocols.For(request.Host.Profile.Protocol).ReadResultAsync(request, cancellation);

    private static async Task<HostStatus?> ReadEndedAsync(RequestReference request, CancellationToken cancellation)
    {
        var protocol = HostProtocols.For(request.Host.Profile.Protocol);
        var status = await protocol.ReadStatusAsync(request, cancellation).ConfigureAwait(false);
        return status.HasEnded ? status : null;
    }

    // The status may say that a request failed; the result says how, with the model's own words and status.
    private static async Task<HostResult?> ReadResultAsync(RequestReference request, HostStatus status, CancellationToken cancellation)
    {
        try
        {
            return await ReadNowAsync(request, cancellation).ConfigureAwait(false);
        }
        catch (ImagenException error) when (status.State == ImagenStates.Cancelled
            && error is (RequestNotFoundException or HostUnavailableException or InvalidResponseException))
        {
            throw new RequestCancelledException(Messages.RequestCancelled.With(status.Error ?? status.ErrorType ?? "?"), error)
            {
                RequestId = request.RequestId,
                HostErrorType = status.ErrorType,
            };
        }
        catch (ImagenException error) when (status.State == ImagenStates.Failed
            && error is (RequestNotFoundException or HostUnavailableException or InvalidResponseException))
        {
            throw new RequestFailedException(Messages.RequestFailed.With(status.Error ?? "?", status.ErrorType ?? "?", error.StatusCode), error)
            {
                RequestId = request.RequestId,
                HostErrorType = status.ErrorType,
            };
        }
    }

    private async Task<T> PollAsync<T>(RequestReference request, Func<CancellationToken, Task<T?>> ask, CancellationToken cancellation)
        where T : class
    {
        var time = request.Host.Time;
        using var deadline = limit > TimeSpan.Zero
            ? new CancellationTokenSource(Bounded(limit - time.GetElapsedTime(request.Since)), time)
            : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        var schedule = new PollSchedule();
        try
        {
            while (true)
            {
                if (await ask(either.Token).ConfigureAwait(false) is { } found)
                {
                    return found;
                }

                await Task.Delay(schedule.Next(), time, either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new WaitTimeoutException(Messages.WaitTimeout.With(
                request.RequestId, limit.TotalSeconds, request.Host.Profile.Name, request.Model))
            {
                RequestId = request.RequestId,
            };
        }
    }

    // A timer takes a millisecond to 49 days; no host keeps a request for longer.
    private static TimeSpan Bounded(TimeSpan span) => TimeSpan.FromMilliseconds(Math.Clamp(span.TotalMilliseconds, 1, uint.MaxValue - 1.0));
}
