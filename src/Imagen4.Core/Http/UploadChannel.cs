using Imagen4.Core.Text;

namespace Imagen4.Core.Http;

/// <summary>
/// Sends to addresses that a storage has named. They are their own permission, so no credentials go there; a redirect is not followed.
/// Uploading costs nothing: what fails for a passing reason is sent again.
/// </summary>
/// <param name="host">The storage.</param>
/// <param name="time">The clock.</param>
/// <param name="trace">Receives one line for every exchange. It may be called on any thread.</param>
internal sealed class UploadChannel(Uri host, TimeProvider time, Action<string>? trace)
{
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(60);

    // Whoever has sent everything waits longer: the storage may put parts together first.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(120);

    // One piece with all its repeats; a slow line takes long for 90 MB.
    private static readonly TimeSpan Total = TimeSpan.FromHours(2);

    /// <summary>Sends a request, as often as it takes.</summary>
    /// <param name="method">The method.</param>
    /// <param name="address">Where to.</param>
    /// <param name="create">Makes the body; it is given what to call after each step of sending.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The last answer, whatever its status.</returns>
    /// <exception cref="HostUnavailableException">The storage could not be reached at all.</exception>
    public Task<HostResponse> SendAsync(
        HttpMethod method, Uri address, Func<Action<int>, HttpContent> create, CancellationToken cancellation)
    {
        var retry = new ReadRetry(RetryBudget.For(address), time, readsModel: false, Total);
        return retry.RunAsync(token => SendOnceAsync(method, address, create, token), cancellation);
    }

    private async Task<HostResponse> SendOnceAsync(
        HttpMethod method, Uri address, Func<Action<int>, HttpContent> create, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        using var silence = new Deadline(SilenceLimit, time, cancellation);
        using var request = new HttpRequestMessage(method, address);
        var left = long.MaxValue;
        request.Content = create(step =>
        {
            left -= step;
            silence.Restart(left > 0 ? SilenceLimit : AnswerLimit);
        });
        left = request.Content.Headers.ContentLength ?? left;
        try
        {
            using var response = await HttpStack.MediaOf(address, host)
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token)
                .ConfigureAwait(false);
            using var buffer = new PooledBuffer();
            var body = await BoundedBody.ReadAsync(response.Content, buffer, HostChannel.LargestAnswer, cuts: false, silence.Token).ConfigureAwait(false);
            trace?.Invoke(Messages.TraceAnswer.With(
                method, address.GetLeftPart(UriPartial.Path), (int)response.StatusCode, (int)time.GetElapsedTime(started).TotalMilliseconds)
                + RetryAfter.Said(response.Headers, time));
            var isDecoded = BodyDecoder.TryDecode(ref body, response.Content.Headers.ContentEncoding, HostChannel.LargestAnswer);
            return new HostResponse(response.StatusCode, response.Headers, response.Content.Headers.ContentType?.MediaType, buffer.Kept(body))
                { IsDecoded = isDecoded };
        }
        catch (Exception) when (request.Content is PieceContent { Unreadable: { } unreadable } && !cancellation.IsCancellationRequested)
        {
            throw AsFileError(unreadable);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw Traced(method, address, new TimeoutException(
                !silence.HasPassed ? Messages.ConnectTimedOut.With(address.Host, HttpStack.ConnectLimit.TotalSeconds)
                : left > 0 ? Messages.UploadSilent.With(address.Host, SilenceLimit.TotalSeconds)
                : Messages.HostTimedOut.With(address.Host, AnswerLimit.TotalSeconds), error));
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw Traced(method, address, FailureText.WithoutAnswer(error));
        }
    }

    // A file that cannot be read will not be read at another try.
    private static ImagenException AsFileError(Exception error) => error switch
    {
        ImagenException said => said,
        EndOfStreamException => new InvalidInputException(Messages.FileChanged, error),
        _ => new InvalidInputException(Messages.FileUnreadable.With(FailureText.Of(error)), error),
    };

    private Exception Traced(HttpMethod method, Uri address, Exception error)
    {
        trace?.Invoke(Messages.TraceFailure.With(method, address.GetLeftPart(UriPartial.Path), FailureText.Of(error)));
        return error;
    }
}
