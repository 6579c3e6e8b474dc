using Imagen4.Core.Protocols.Contract;

namespace Imagen4.Core.Pipeline.Waiting;

/// <summary>
/// Follows a request by its host's stream. The stream is the shorter way, not the only one: while it says nothing the host is asked
/// beside it, and whatever is wrong with it, asking tells what is wrong with the request.
/// </summary>
/// <param name="request">The request.</param>
/// <param name="watch">What somebody who waits wants to see.</param>
internal sealed class StatusStream(RequestReference request, StatusWatch watch)
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    /// <summary>Follows the stream until the request has ended.</summary>
    /// <param name="ask">Asks the host once; null where its answer says nothing.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>How the request ended, or null where the stream ended before it did.</returns>
    public async Task<RequestReading?> UntilEndedAsync(Func<CancellationToken, Task<RequestReading?>> ask, CancellationToken cancellation)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var events = request.Protocol.FollowAsync(request, watch.Logs, leaving.Token).GetAsyncEnumerator(leaving.Token);
        var next = Task.FromResult(false);
        try
        {
            while (true)
            {
                next = events.MoveNextAsync().AsTask();
                if (await AskBesideAsync(next, ask, cancellation).ConfigureAwait(false) is { } told)
                {
                    return told;
                }

                if (!await HasNextAsync(next).ConfigureAwait(false))
                {
                    return null;
                }

                var status = events.Current;
                await watch.TellAsync(status, cancellation).ConfigureAwait(false);
                if (status.HasEnded)
                {
                    return new RequestReading(status);
                }
            }
        }
        finally
        {
            await leaving.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await events.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Asks whenever the stream has said nothing for a while. What the stream says meanwhile is newer than what is being asked for.
    private async Task<RequestReading?> AskBesideAsync(
        Task next, Func<CancellationToken, Task<RequestReading?>> ask, CancellationToken cancellation)
    {
        using var heard = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            while (await IsSilentAsync(next, heard.Token).ConfigureAwait(false))
            {
                var asking = ask(heard.Token);
                if (await Task.WhenAny(next, asking).ConfigureAwait(false) == next)
                {
                    await heard.CancelAsync().ConfigureAwait(false);
                    await ((Task)asking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    return null;
                }

                if (await asking.ConfigureAwait(false) is { } read)
                {
                    await watch.TellAsync(read.Status, cancellation).ConfigureAwait(false);
                    if (read.Status.HasEnded)
                    {
                        return read;
                    }
                }
            }

            return null;
        }
        finally
        {
            await heard.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> IsSilentAsync(Task next, CancellationToken cancellation)
    {
        if (next.IsCompleted)
        {
            return false;
        }

        var silence = Task.Delay(Silence, request.Host.Time, cancellation);
        if (await Task.WhenAny(next, silence).ConfigureAwait(false) == next)
        {
            return false;
        }

        await silence.ConfigureAwait(false);
        return true;
    }

    private static async Task<bool> HasNextAsync(Task<bool> next)
    {
        try
        {
            return await next.ConfigureAwait(false);
        }
        catch (Exception error) when (error is ImagenException or HttpRequestException or IOException or TimeoutException)
        {
            // Fall back to asking.
            return false;
        }
    }
}
