using Imagen4.Core.Protocols.Contract;

namespace Imagen4.Core.Pipeline.Waiting;

/// <summary>What a wait remembers of reads that failed: a failed one is a read that was missed, and no end of anything.</summary>
/// <param name="isFresh">Whether the request has only just been submitted.</param>
internal sealed class MissedReads(bool isFresh)
{
    // A page in between that is not the host's protocol passes; a host that speaks another one does not.
    private const int MostGarbled = 5;

    // A gateway that answers in the host's place does so for a while: some sixty seconds of the poll schedule.
    private const int MostRefused = 30;

    // Not every part of a host knows a request that it has only just accepted; a moment later, an unknown one is unknown.
    private readonly int _mostUnknown = isFresh ? 8 : 2;

    private volatile string? _last;
    private int _inARow;
    private string? _word;

    /// <summary>What was wrong with the last read, or null when the host answered it.</summary>
    public string? Last => _last;

    /// <summary>Whether an end was told that nothing marks as the host's own, and is to be asked for again.</summary>
    public bool HasWord => _word is not null;

    /// <summary>Notes what was wrong with a read; null for nothing.</summary>
    public void Note(string? trouble)
    {
        _last = trouble;

        // Two words with something else between them are not said twice: a gateway that comes and goes says them, too.
        _word = trouble is null ? _word : null;
    }

    /// <summary>Notes an answer that was read.</summary>
    public void Understood() => (_inARow, _word) = (0, null);

    /// <summary>Notes an end that nothing marks as the host's own.</summary>
    /// <returns>Whether it is what the read before said, too.</returns>
    public bool IsSaidAgain(UnmarkedWord said)
    {
        var isSame = _word == said.Text;
        Note(said.Once.Message);
        _word = said.Text;
        return isSame;
    }

    /// <summary>Notes an answer that says nothing of the request.</summary>
    /// <returns>Whether it may be one that passes.</returns>
    public bool Passes(ImagenException error)
    {
        Note(error.Message);
        return ++_inARow < error switch
        {
            InvalidResponseException => MostGarbled,
            HostUnavailableException { StatusCode: not null } => MostRefused,
            RequestNotFoundException => _mostUnknown,
            _ => 0,
        };
    }
}

/// <summary>
/// How long to wait before asking again: about when the model's requests have recently ended, where that is known; else soon at first,
/// because most images take seconds, then less and less often.
/// </summary>
/// <param name="pace">How long the model's requests have taken; null where that does not matter.</param>
/// <param name="elapsed">How long this one has taken so far.</param>
internal sealed class PollSchedule(CompletionPace? pace = null, Func<TimeSpan>? elapsed = null)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private const double Growth = 1.4;

    private TimeSpan _next = First;

    /// <summary>The longest wait.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromSeconds(2.5);

    /// <summary>The longest wait of the schedule, for what should have time to pass.</summary>
    public static TimeSpan Last() => Spread(Longest);

    /// <summary>The next wait, with a fifth of jitter so that many waits do not fall together.</summary>
    public TimeSpan Next()
    {
        if (Expected() is { } expected)
        {
            return Spread(expected);
        }

        var wait = Spread(_next);
        _next = TimeSpan.FromTicks(Math.Min((_next * Growth).Ticks, Longest.Ticks));
        return wait;
    }

    /// <summary>The wait before the request is first asked for: none where nothing is known of its model.</summary>
    public TimeSpan Begin() => Expected() is { } expected ? Spread(expected) : TimeSpan.Zero;

    private TimeSpan? Expected() => pace?.Pause(elapsed?.Invoke() ?? TimeSpan.Zero);

    private static TimeSpan Spread(TimeSpan wait) => wait * (0.9 + (0.2 * Random.Shared.NextDouble()));
}
