using Imagen4.Core.Protocols.Contract;

namespace Imagen4.Core.Pipeline.Waiting;

/// <summary>
/// Follows a request by its host's stream. The stream is the shorter way, not the only one: while it says nothing new the host is asked
/// beside it, and whatever is wrong with it, asking tells what is wrong with the request.
/// </summary>
/// <param name="request">The request.</param>
/// <param name="watch">What somebody who waits wants to see.</param>
internal sealed class StatusStream(RequestReference request, StatusWatch watch)
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    // Whatever the stream says.
    private static readonly TimeSpan LongestUnasked = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time = request.Host.Time;
    private long _heard;
    private long _asked;
    private HostStatus? _last;

    /// <summary>Follows the stream until the request has ended.</summary>
    /// <param name="ask">Asks the host once; null where its answer says nothing.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>How the request ended, or null where the stream ended before it did.</returns>
    public async Task<RequestReading?> UntilEndedAsync(Func<CancellationToken, Task<RequestReading?>> ask, CancellationToken cancellation)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var events = request.Protocol.FollowAsync(request, watch.Logs, leaving.Token).GetAsyncEnumerator(leaving.Token);
        var beside = new Asking(ask);
        var next = Task.FromResult(false);
        _heard = _asked = _time.GetTimestamp();
        try
        {
            next = events.MoveNextAsync().AsTask();
            while (true)
            {
                if (await IsToldFirstAsync(beside, next, cancellation).ConfigureAwait(false))
                {
                    var isOutdated = beside.IsOutdated;
                    var read = await beside.EndAsync().ConfigureAwait(false);
                    _heard = _asked = _time.GetTimestamp();

                    // Nothing that the stream says is newer than an end.
                    if (read is not null && (!isOutdated || read.Status.HasEnded))
                    {
                        await watch.TellAsync(read.Status, cancellation).ConfigureAwait(false);
                        if (read.Status.HasEnded)
                        {
                            return read;
                        }
                    }

                    continue;
                }

                if (!await HasNextAsync(next).ConfigureAwait(false))
                {
                    return null;
                }

                var status = events.Current;
                if (IsNews(status))
                {
                    // It is newer than what is being asked for.
                    _heard = _time.GetTimestamp();
                    await beside.OutdateAsync().ConfigureAwait(false);
                }

                await watch.TellAsync(status, cancellation).ConfigureAwait(false);
                if (status.HasEnded)
                {
                    return new RequestReading(status);
                }

                cancellation.ThrowIfCancellationRequested();
                next = events.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            await beside.StopAsync().ConfigureAwait(false);
            await leaving.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await events.DisposeAsync().ConfigureAwait(false);
        }
    }

    // A stream that only repeats itself may go on for ever, whatever the request has come to.
    private bool IsNews(HostStatus status)
    {
        var isNews = status.State != _last?.State || status.QueuePosition != _last.QueuePosition;
        _last = status;
        return isNews;
    }

    // Whether the host, which is asked once the stream has said nothing new for a while, answers before the stream says anything.
    private async Task<bool> IsToldFirstAsync(Asking beside, Task next, CancellationToken cancellation)
    {
        while (true)
        {
            if (beside.Answer is { } asking)
            {
                _ = await Task.WhenAny(asking, next).ConfigureAwait(false);
                return asking.IsCompleted;
            }

            var left = Left();
            if (left <= TimeSpan.Zero)
            {
                // A read that news may stop is none that the host has been asked with.
                var isDue = _time.GetElapsedTime(_asked) >= LongestUnasked;
                if (isDue)
                {
                    _asked = _time.GetTimestamp();
                }

                beside.Begin(isDue, cancellation);
                continue;
            }

            if (next.IsCompleted)
            {
                return false;
            }

            using var heard = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var pause = Task.Delay(left, _time, heard.Token);
            var isHeard = await Task.WhenAny(next, pause).ConfigureAwait(false) == next;
            await heard.CancelAsync().ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            if (isHeard)
            {
                return false;
            }
        }
    }

    // A delay drops fractions of a millisecond.
    private TimeSpan Left()
    {
        var quiet = Silence - _time.GetElapsedTime(_heard);
        var unasked = LongestUnasked - _time.GetElapsedTime(_asked);
        return TimeSpan.FromMilliseconds(Math.Ceiling(Math.Min(quiet.TotalMilliseconds, unasked.TotalMilliseconds)));
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

    /// <summary>The host is asked beside its stream, once at a time.</summary>
    private sealed class Asking(Func<CancellationToken, Task<RequestReading?>> ask)
    {
        private CancellationTokenSource? _stop;
        private bool _isKept;

        /// <summary>Whether the stream has said something newer meanwhile.</summary>
        public bool IsOutdated { get; private set; }

        /// <summary>What is being asked; null for nothing.</summary>
        public Task<RequestReading?>? Answer { get; private set; }

        /// <param name="isKept">Whether it goes on whatever the stream says: one that says something new again and again may miss the end.</param>
        /// <param name="cancellation">Stops it.</param>
        public void Begin(bool isKept, CancellationToken cancellation)
        {
            (_isKept, IsOutdated) = (isKept, false);
            _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            Answer = ask(_stop.Token);
        }

        public async Task<RequestReading?> EndAsync()
        {
            try
            {
                return await Answer!.ConfigureAwait(false);
            }
            finally
            {
                Forget();
            }
        }

        public async Task OutdateAsync()
        {
            IsOutdated = true;
            if (!_isKept)
            {
                await StopAsync().ConfigureAwait(false);
            }
        }

        public async Task StopAsync()
        {
            if (Answer is { } asking)
            {
                await _stop!.CancelAsync().ConfigureAwait(false);
                await ((Task)asking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Forget();
            }
        }

        private void Forget()
        {
            _stop?.Dispose();
            (_stop, Answer) = (null, null);
        }
    }
}
