using System.Collections.Concurrent;
using Imagen4.Core.Http;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Waiting;

/// <summary>
/// Waits for requests to end, by the host's stream where it has one and by asking again and again where not, or where many are waited for:
/// a stream keeps a connection, which is a resource of the host too.
/// </summary>
/// <param name="limit">How long a request may take from its acceptance; zero or less for no limit.</param>
/// <param name="saving">How its images are saved, as it is written in the command that fetches it later.</param>
internal sealed class RequestWaiter(TimeSpan limit, string saving = "")
{
    // How long a result that says the request goes on is believed more than a status that says it failed: what it becomes may be the
    // image, and a failed row is paid for again.
    private static readonly TimeSpan LongestLag = TimeSpan.FromMinutes(1);

    // A result that is not there may lag as well: some five seconds.
    private const int MostUnread = 3;

    // More than hosts let an account have in progress at once, and less than what a gateway or a shell's limit of open files objects to.
    private const int MostStreams = 100;

    // By host too: a reseller's queue is not that of the host it resells.
    private readonly ConcurrentDictionary<(Uri Host, string Model), CompletionPace> _paces = new();
    private readonly ConcurrentDictionary<Uri, PollRate> _rates = new();
    private int _streams;

    /// <summary>Waits until the request has ended.</summary>
    /// <param name="request">The request.</param>
    /// <param name="watch">What is wanted besides.</param>
    /// <param name="cancellation">Stops the wait; the request goes on.</param>
    /// <exception cref="WaitTimeoutException">The limit passed; the request goes on.</exception>
    public async Task<HostStatus> UntilEndedAsync(RequestReference request, StatusWatch watch, CancellationToken cancellation)
    {
        var ended = await WithinLimitAsync(request, (waited, missed, token) => EndAsync(waited, watch, missed, token), cancellation)
            .ConfigureAwait(false);
        return ended.WithoutResult();
    }

    /// <summary>Waits until the request has ended, and reads its result.</summary>
    /// <param name="request">The request.</param>
    /// <param name="watch">What is wanted besides.</param>
    /// <param name="cancellation">Stops the wait; the request goes on.</param>
    /// <exception cref="WaitTimeoutException">The limit passed; the request goes on.</exception>
    /// <exception cref="ImagenException">The request failed; the type says how.</exception>
    public async Task<HostResult> UntilResultAsync(RequestReference request, StatusWatch watch, CancellationToken cancellation)
    {
        var read = await WithinLimitAsync(
                request, (waited, missed, token) => ResultAsync(request, waited, watch, missed, token), cancellation)
            .ConfigureAwait(false);
        return read.Error is { } error ? throw error : read.Answered!;
    }

    /// <summary>Reads the result now.</summary>
    /// <returns>The result, or null while the request goes on.</returns>
    /// <exception cref="ImagenException">The request failed; the type says how.</exception>
    public static Task<HostResult?> ReadNowAsync(RequestReference request, CancellationToken cancellation) =>
        request.Protocol.ReadResultAsync(request, cancellation);

    private async Task<RequestReading> ResultAsync(
        RequestReference request, RequestReference waited, StatusWatch watch, MissedReads missed, CancellationToken cancellation)
    {
        var ended = await EndAsync(waited, watch, missed, cancellation).ConfigureAwait(false);
        if (ended is { Answered: not null } or { Error: not null })
        {
            return ended;
        }

        // The result is worth any wait; the words of a failure, of which the status has some, are not.
        Task<RequestReading> AskAsync(CancellationToken token) => waited.Protocol.AskResultAsync(waited, token);
        return ended.Status.State == ImagenStates.Completed || !ended.Status.IsSaidByHost
            ? await PollAsync(waited, AskAsync, StatusWatch.Nothing, missed, cancellation).ConfigureAwait(false)
            : await ReadFailureAsync(request, ended.Status, cancellation).ConfigureAwait(false);
    }

    private async Task<RequestReading> EndAsync(
        RequestReference request, StatusWatch watch, MissedReads missed, CancellationToken cancellation)
    {
        var pace = _paces.GetOrAdd((request.Host.BaseUri, request.Model), _ => new CompletionPace());
        Task<RequestReading> AskAsync(CancellationToken token) => request.Protocol.AskStatusAsync(request, watch.Logs, token);
        var ended = await FollowAsync(request, AskAsync, watch, missed, cancellation).ConfigureAwait(false)
            ?? await PollAsync(request, AskAsync, watch, missed, cancellation, pace).ConfigureAwait(false);
        if (request.IsFresh)
        {
            pace.Add(Elapsed(request));
        }

        return ended;
    }

    // Null where there are streams enough, or this one ended before the request did.
    private async Task<RequestReading?> FollowAsync(
        RequestReference request,
        Func<CancellationToken, Task<RequestReading>> ask,
        StatusWatch watch,
        MissedReads missed,
        CancellationToken cancellation)
    {
        try
        {
            return Interlocked.Increment(ref _streams) <= MostStreams
                ? await new StatusStream(request, watch)
                    .UntilEndedAsync(token => ReadAsync(ask, missed, token), cancellation)
                    .ConfigureAwait(false)
                : null;
        }
        finally
        {
            _ = Interlocked.Decrement(ref _streams);
        }
    }

    private static TimeSpan Elapsed(RequestReference request) => request.Host.Time.GetElapsedTime(request.Since);

    // The status may say that a request failed; the result says how, with the model's own words and status, and decides.
    private static async Task<RequestReading> ReadFailureAsync(RequestReference request, HostStatus status, CancellationToken cancellation)
    {
        ImagenException? unread = null;
        var missed = 0;
        var schedule = new PollSchedule();
        var time = request.Host.Time;
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < LongestLag)
        {
            try
            {
                var read = await request.Protocol.AskResultAsync(request, cancellation).ConfigureAwait(false);
                if (read.Status.HasEnded)
                {
                    // The host's own mark is on the status.
                    return read with { Unmarked = null };
                }
            }
            catch (ImagenException error) when (error is RequestNotFoundException or HostUnavailableException or InvalidResponseException)
            {
                unread = error;
                if (++missed == MostUnread)
                {
                    break;
                }
            }

            await Task.Delay(missed > 0 ? PollSchedule.Last() : schedule.Next(), time, cancellation).ConfigureAwait(false);
        }

        return new RequestReading(status) { Error = EndOf(request, status, unread) };
    }

    // The error a status stands for, where the result does not say one.
    private static ImagenException EndOf(RequestReference request, HostStatus status, ImagenException? unread)
    {
        var (id, type, said) = (request.RequestId, status.ErrorType, status.Error ?? status.ErrorType ?? "?");
        return status switch
        {
            { State: ImagenStates.Cancelled } =>
                new RequestCancelledException(Messages.RequestCancelled.With(said), unread) { RequestId = id, HostErrorType = type },
            { Refusal: "ContentPolicyViolation" } => new ContentPolicyViolationException(Messages.ContentPolicyViolation.With(said), unread)
            {
                RequestId = id, HostErrorType = type, RefusesInput = true,
            },
            { Refusal: not null } => new InvalidInputException(Messages.HostRefusesInput.With(said), unread)
            {
                RequestId = id, HostErrorType = type, RefusesInput = true,
            },
            _ => new RequestFailedException(Messages.RequestFailed.With(status.Error ?? "?", type ?? "?", unread?.StatusCode), unread)
            {
                RequestId = id, HostErrorType = type,
            },
        };
    }

    private async Task<RequestReading> PollAsync(
        RequestReference request,
        Func<CancellationToken, Task<RequestReading>> ask,
        StatusWatch watch,
        MissedReads missed,
        CancellationToken cancellation,
        CompletionPace? pace = null)
    {
        var rate = _rates.GetOrAdd(request.Host.BaseUri, static (_, time) => new PollRate(time), request.Host.Time);
        var schedule = new PollSchedule(pace, () => Elapsed(request));
        if (request.IsFresh && schedule.Begin() is { Ticks: > 0 } wait)
        {
            await Task.Delay(wait, request.Host.Time, cancellation).ConfigureAwait(false);
        }

        while (true)
        {
            await rate.TakeAsync(cancellation).ConfigureAwait(false);
            if (await ReadAsync(ask, missed, cancellation).ConfigureAwait(false) is { } read)
            {
                await watch.TellAsync(read.Status, cancellation).ConfigureAwait(false);
                if (read.Status.HasEnded)
                {
                    return read;
                }
            }

            // What a gateway said in the host's place has time to pass before it is believed.
            await Task.Delay(missed.HasWord ? PollSchedule.Last() : schedule.Next(), request.Host.Time, cancellation).ConfigureAwait(false);
        }
    }

    // Null for an answer that says nothing yet: the next one may.
    private static async Task<RequestReading?> ReadAsync(
        Func<CancellationToken, Task<RequestReading>> ask, MissedReads missed, CancellationToken cancellation)
    {
        try
        {
            var read = await ask(cancellation).ConfigureAwait(false);
            if (read.Unmarked is { } said)
            {
                return missed.IsSaidAgain(said) ? read with { Unmarked = null } : null;
            }

            missed.Understood();
            return read;
        }
        catch (ImagenException error) when (missed.Passes(error))
        {
            return null;
        }
    }

    private async Task<T> WithinLimitAsync<T>(
        RequestReference request, Func<RequestReference, MissedReads, CancellationToken, Task<T>> wait, CancellationToken cancellation)
    {
        var time = request.Host.Time;
        var missed = new MissedReads(request.IsFresh);
        TimeSpan? left = limit > TimeSpan.Zero ? Deadline.Bounded(limit - time.GetElapsedTime(request.Since)) : null;
        using var deadline = new Deadline(left, time, cancellation);
        try
        {
            return await wait(request with { Host = request.Host.WithDeadline(time.GetUtcNow() + left, missed.Note) }, missed,
                deadline.Token)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            var provider = request.Host.Profile.Name;
            var known = missed.Last is { } trouble ? Messages.WaitUnanswered.With(trouble.TrimEnd('.'), provider) : Messages.WaitGoesOn.With(provider);
            var command = Messages.CommandReceive.With(
                CommandText.Argument(request.RequestId),
                CommandText.Argument(provider),
                CommandText.Argument(request.Model),
                saving);
            throw new WaitTimeoutException(Messages.WaitTimeout.With(request.RequestId, limit.TotalSeconds, known, command))
            {
                RequestId = request.RequestId, NextCommand = command,
            };
        }
    }
}
