namespace Imagen4.Core.Ledger.States;

/// <summary>
/// How far a request has come. The numbers are what the ledger keeps: they are never given another meaning. Their order says
/// nothing; what may follow what is in <see cref="StateTransitions"/>.
/// </summary>
internal enum RequestState
{
    /// <summary>A process has taken the row and sent nothing yet.</summary>
    Claimed = 0,

    /// <summary>A paid POST is about to be sent, or was: what became of it is not written yet. One for every attempt.</summary>
    Intent = 1,

    /// <summary>The attempt never left this machine.</summary>
    NotSent = 2,

    /// <summary>The host asked to come back later.</summary>
    Throttled = 3,

    /// <summary>The POST was sent, and it is unknown whether the host has taken it.</summary>
    InDoubt = 4,

    /// <summary>It was in doubt, and the host's history or the user says that the host never got it.</summary>
    NotSubmitted = 5,

    /// <summary>The host has the request.</summary>
    Accepted = 6,

    /// <summary>The host had it and no longer does. It was paid for, so its row is not submitted again automatically.</summary>
    Expired = 7,

    /// <summary>The host refused it.</summary>
    Rejected = 8,

    /// <summary>The host's status says that it has ended, and not how: its result, which has the last word, has not been read.</summary>
    StatusCompleted = 9,

    /// <summary>It was cancelled.</summary>
    Cancelled = 10,

    /// <summary>The host ran it and failed.</summary>
    Failed = 11,

    /// <summary>The host has finished it: its result has been read.</summary>
    Completed = 12,

    /// <summary>Every image is on disk.</summary>
    Delivered = 13,

    /// <summary>The host has begun to generate. Written once for a request, when somebody who waits or asks is told so.</summary>
    Started = 14,
}

/// <summary>The one table of what may follow what.</summary>
internal static class StateTransitions
{
    // What the host's result says, from the least to the most: who says less than is known changes nothing.
    private static readonly RequestState[] ToldByHost =
    [
        RequestState.StatusCompleted, RequestState.Cancelled, RequestState.Failed, RequestState.Completed, RequestState.Delivered,
    ];

    // Where the ledger could not be told that a request was accepted, the next thing it is told comes after the intent.
    private static readonly Dictionary<RequestState, RequestState[]> Following = new()
    {
        [RequestState.Claimed] = [RequestState.Intent],
        [RequestState.Intent] =
        [
            RequestState.NotSent, RequestState.Throttled, RequestState.InDoubt, RequestState.NotSubmitted,
            RequestState.Accepted, RequestState.Rejected, .. ToldByHost,
        ],
        [RequestState.NotSent] = [RequestState.Intent],
        [RequestState.Throttled] = [RequestState.Intent],
        [RequestState.InDoubt] = [RequestState.NotSubmitted, RequestState.Accepted, .. ToldByHost],
        [RequestState.NotSubmitted] = [RequestState.Accepted, .. ToldByHost],
        [RequestState.Accepted] = [RequestState.Started, RequestState.Expired, .. ToldByHost],
        [RequestState.Started] = [RequestState.Expired, .. ToldByHost],
        [RequestState.Expired] = ToldByHost,
        [RequestState.Rejected] = ToldByHost,
        [RequestState.StatusCompleted] = ToldByHost[1..],
        [RequestState.Cancelled] = ToldByHost[2..],
        [RequestState.Failed] = ToldByHost[3..],
        [RequestState.Completed] = ToldByHost[4..],
        [RequestState.Delivered] = [],
    };

    /// <summary>Whether a request in one state may come to another.</summary>
    public static bool IsAllowed(RequestState from, RequestState to) => Following[from].Contains(to);

    /// <summary>Whether nothing more will happen to a request in a state, so that no process works on it.</summary>
    public static bool IsEnd(RequestState state) => state is RequestState.Rejected or RequestState.Cancelled or RequestState.Failed
        or RequestState.Delivered or RequestState.NotSubmitted;
}
