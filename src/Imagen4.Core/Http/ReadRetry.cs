using System.Net;
using System.Security.Authentication;
using Imagen4.Core.Text;
using Polly;
using Polly.Timeout;

namespace Imagen4.Core.Http;

/// <summary>
/// Retries failed reads: connection failures, 408, 429 and server errors.
/// Reads cost nothing; a paid POST never goes through here.
/// </summary>
internal sealed class ReadRetry : IRetryRules<HostResponse>
{
    private const int MostAttempts = 8;
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>The longest one read may take with all its repeats. A wait has a limit of its own.</summary>
    public static readonly TimeSpan Total = TimeSpan.FromMinutes(5);

    private readonly int _attempts;
    private readonly TimeSpan _total;
    private readonly RetryBudget _budget;
    private readonly TimeProvider _time;
    private readonly bool _readsModel;
    private readonly Action<string?>? _missed;
    private readonly RetryPipeline<HostResponse> _read;
    private readonly RetryPipeline<HostResponse> _wait;

    /// <summary>Called with what went wrong at each attempt, and with null for one that the host has answered.</summary>
    public Action<string?>? Answered { get; init; }

    /// <summary>Decides how reads are repeated.</summary>
    /// <param name="budget">What the host's repeats are taken from.</param>
    /// <param name="time">The clock for the waits.</param>
    /// <param name="readsModel">Whether a model may answer: its own server error is then an answer, which stays the same.</param>
    /// <param name="total">The longest that all attempts may take; <see cref="Total"/> where none is given.</param>
    /// <param name="attempts">How many there are at most.</param>
    public ReadRetry(RetryBudget budget, TimeProvider time, bool readsModel, TimeSpan? total = null, int attempts = MostAttempts)
    {
        (_budget, _time, _readsModel, _total, _attempts) = (budget, time, readsModel, total ?? Total, attempts);
        _read = new(new(attempts, First, Longest, _total), time);
        _wait = new(new(int.MaxValue, First, Longest, Total: null), time);
    }

    private ReadRetry(ReadRetry other, Action<string?> missed)
    {
        (_budget, _time, _readsModel, _total, _attempts) =
            (other._budget, other._time, other._readsModel, other._total, other._attempts);
        (_read, _wait) = (other._read, other._wait);
        (_missed, Answered) = (missed, other.Answered);
    }

    /// <summary>
    /// The same where somebody waits anyway, within a limit of their own: a failed read is then one that was missed, and the next
    /// one is made however many have failed.
    /// </summary>
    /// <param name="missed">Called with what went wrong each time, and with null once the host answers.</param>
    public ReadRetry ForWait(Action<string?> missed) => new(this, missed);

    /// <summary>Runs a read until it comes through or may not be repeated any more.</summary>
    /// <returns>The last answer, whatever its status.</returns>
    /// <exception cref="HostUnavailableException">The host could not be reached at all.</exception>
    /// <exception cref="InvalidResponseException">It answers with more than any host has to say.</exception>
    public async Task<HostResponse> RunAsync(Func<CancellationToken, Task<HostResponse>> read, CancellationToken cancellation)
    {
        try
        {
            return await (_missed is null ? _read : _wait).RunAsync(read, this, cancellation).ConfigureAwait(false);
        }
        catch (AnswerTooLargeException error)
        {
            throw new InvalidResponseException(Messages.AnswerNotRead.With(error.Message), error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or TimeoutException)
        {
            throw new HostUnavailableException(Messages.HostUnreachable.With(FailureText.Of(error)), error);
        }
        catch (TimeoutRejectedException error)
        {
            throw new HostUnavailableException(Messages.HostUnreachable.With(Messages.TriedForTooLong.With(_total.TotalSeconds)), error);
        }
    }

    /// <inheritdoc/>
    public bool IsRepeated(Outcome<HostResponse> outcome, int attempt)
    {
        var trouble = Trouble(outcome);
        _missed?.Invoke(trouble);
        if (trouble is not null || outcome.Exception is null)
        {
            Answered?.Invoke(trouble);
        }

        if (trouble is null)
        {
            if (outcome.Exception is null)
            {
                _budget.Answered(wasRepeat: attempt > 0);
            }

            return false;
        }

        // A wait polls again in any case; every other read respects the host's Retry-After.
        return _missed is not null || (attempt < _attempts - 1 && !AsksForLonger(outcome) && _budget.TryTake());
    }

    /// <inheritdoc/>
    public TimeSpan? Pause(Outcome<HostResponse> outcome)
    {
        if (outcome.Result is { } response && RetryAfter.Read(response.Headers, _time) is { Ticks: > 0 } asked)
        {
            return RetryAfter.Spread(asked);
        }

        // Once the retry budget is used up, a wait polls less often.
        return _missed is null || _budget.TryTake() ? null : Longest * (0.9 + (0.2 * Random.Shared.NextDouble()));
    }

    private bool AsksForLonger(Outcome<HostResponse> outcome) =>
        outcome.Result is { } response && RetryAfter.Asked(response.Headers, _time) > RetryAfter.Cap;

    // The transient error of an attempt; null where there was none, or where a retry would fail the same way.
    private string? Trouble(Outcome<HostResponse> outcome) => outcome switch
    {
        { Exception: { } error } => IsPassing(error) ? FailureText.Of(error) : null,
        { Result: { } response } when IsPassing(response) => Messages.MediaAnswer.With((int)response.Status),
        _ => null,
    };

    // An untrusted certificate, a proxy that wants a password and an oversized answer will not go away.
    private static bool IsPassing(Exception error) => error switch
    {
        HttpRequestException { StatusCode: HttpStatusCode.ProxyAuthenticationRequired } => false,
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: AuthenticationException } => false,
        AnswerTooLargeException => false,
        _ when error.GetBaseException() is PrivateAddressException => false,
        _ => error is HttpRequestException or IOException or TimeoutException,
    };

    private bool IsPassing(HostResponse response) =>
        response.Status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        || ((int)response.Status >= 500 && !(_readsModel && response.IsModelError));
}
